import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import { BODY_LIMIT_BYTES, bodyText, malformedBody } from '../request/body-text.ts';
import type { Answer, Call } from '../endpoint.ts';
import type { EndpointTable, Found } from '../endpoint-table.ts';
import { responseOf } from './fetch-adapter.ts';
import type { FetchHandler } from './fetch-handler.ts';
import { withoutLastSlash } from '../paths.ts';
import { ProblemError } from '../response/problem.ts';
import { hasRepeated, lacksHost, refusalOfHeaders } from './single-headers.ts';

/**
 * A target that needs no decoding or normalization: segments that begin with a letter, digit, dash or underscore, and a
 * plain query.
 */
const PLAIN_TARGET = /^(\/(?:[\w-][\w.~-]*\/)*(?:[\w-][\w.~-]*)?)(\?[\w.~%=&+:/-]*)?$/;
/** A host that the Fetch adapter accepts without further checks. */
const PLAIN_HOST = /^[a-z0-9._-]+(?::(?:[1-5]\d{3,4}|[6-9]\d{3}))?$/;
const PLAIN_LENGTH = /^\d{1,5}$/;
/** Stands in for the host of a request that names none. Nothing depends on it. */
const NO_HOST = 'localhost';
/** How long a client may take to send the unread rest of a body before its connection is closed, in milliseconds. */
const REST_MS = 500;

/**
 * Serves endpoints directly on Node's requests and responses, which avoids a `Request`, a `Response` and their streams
 * for each. It handles only requests it fully understands. Cross-origin requests from browsers, chunked or oversized
 * bodies, repeated headers, unusual paths and other methods go to the handler's `fetch`. Both give the same responses.
 *
 * @param handler called for each request, since the handler may be replaced
 */
export function nodeAdapter(handler: () => FetchHandler): RequestListener {
  const byFetch = getRequestListener((request, env) => handler().fetch(request, env), {
    hostname: NO_HOST,
    errorHandler: unusable,
  });
  return (request, response) => {
    const { endpoints } = handler();
    const call = endpoints && understood(request, endpoints);
    if (call === undefined) answerUnusual(request, response, byFetch);
    else {
      call.answer(response).catch((cause: unknown) => {
        console.error(cause);
        response.destroy();
      });
    }
  };
}

type ByFetch = ReturnType<typeof getRequestListener>;

function answerUnusual(request: IncomingMessage, response: ServerResponse, byFetch: ByFetch): void {
  const refusal = refusalOfHeaders(request);
  if (refusal === undefined) {
    void byFetch(request, response);
    return;
  }
  write(response, refusal.toAnswer());
  if (!request.complete) closeWithoutRest(request, response);
}

/** Answers a request that has no place in the Fetch standard, which the library would answer with a bare status. */
function unusable(error: unknown): Response {
  if (!(error instanceof RequestError)) return new Response(null, { status: 500 });
  const detail = 'This is not a request of HTTP/1.1 (RFC 9112): its target is not a path, or its Host is not a host.';
  return responseOf(new ProblemError(400, 'malformed_request', detail).toAnswer());
}

function understood(request: IncomingMessage, endpoints: EndpointTable): NodeCall | undefined {
  const { method = '', url = '', headers } = request;
  if (headers.origin !== undefined || headers['transfer-encoding'] !== undefined) return undefined;
  const [, path, query = ''] = PLAIN_TARGET.exec(url) ?? [];
  if (path === undefined || lacksHost(request) || !PLAIN_HOST.test(headers.host || NO_HOST)) return undefined;
  const length = headers['content-length'];
  if (length !== undefined && !(PLAIN_LENGTH.test(length) && Number(length) <= BODY_LIMIT_BYTES)) return undefined;
  if (hasRepeated(request)) return undefined;
  const plainPath = withoutLastSlash(path);
  const found = endpoints.find(method, plainPath);
  return found && new NodeCall(request, plainPath, query, found);
}

class NodeCall implements Call {
  readonly path: string;
  readonly query: string;
  readonly #request: IncomingMessage;
  readonly #found: Found;

  constructor(request: IncomingMessage, path: string, query: string, found: Found) {
    this.path = path;
    this.query = query;
    this.#request = request;
    this.#found = found;
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  get parameters(): Readonly<Record<string, string>> {
    return this.#found.parameters;
  }

  get clientAddress(): string {
    return this.#request.socket.remoteAddress ?? 'unknown';
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return typeof value === 'string' ? value : undefined;
  }

  async body(): Promise<string> {
    const request = this.#request;
    // Nearly every body has fully arrived by now, and then no stream events are needed.
    return bodyText(request.complete ? arrived(request) : await toCome(request));
  }

  async answer(response: ServerResponse): Promise<void> {
    write(response, await this.#found.endpoint(this));
    if (!this.#request.complete) closeWithoutRest(this.#request, response);
  }
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  if (body === '') response.writeHead(status, headers).end();
  else response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

function arrived(request: IncomingMessage): Uint8Array {
  const chunks: Buffer[] = [];
  for (let chunk = read(request); chunk !== null; chunk = read(request)) chunks.push(chunk);
  const [first = Buffer.alloc(0)] = chunks;
  return chunks.length < 2 ? first : Buffer.concat(chunks);
}

function read(request: IncomingMessage): Buffer | null {
  return request.read() as Buffer | null;
}

/** The size is bounded: `Content-Length` has been checked. */
async function toCome(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    throw malformedBody('it broke off');
  }
  return Buffer.concat(chunks);
}

/** A client answered before its body arrived gets {@link REST_MS} to send the rest. */
function closeWithoutRest(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') return;
  response.once('close', () => {
    const timer = setTimeout(() => {
      request.socket.destroySoon();
    }, REST_MS);
    timer.unref();
    request.once('close', () => {
      clearTimeout(timer);
    });
  });
}
