import { httpServer } from '../servers/listening.ts';

/** A whole HTTP answer as it travels; or what to make of a request. */
export type RawAnswer = Uint8Array | string | ((request: RawRequest) => Uint8Array | string);

/** One request, read to its end. */
export interface RawRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body's fields, of a form or of JSON. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A server that answers bytes as they are given. */
export interface AnsweringServer extends AsyncDisposable {
  /** Without a last slash. */
  readonly origin: string;
  readonly requests: readonly RawRequest[];
  /**
   * Sets what is answered, one after another and the last one for ever. The key is a refresh token, a code, or a path;
   * a presented credential goes before the path.
   */
  answer(key: string, ...answers: readonly RawAnswer[]): void;
}

/** The bytes of an HTTP answer of this body, complete unless the headers say otherwise. */
export function httpAnswer(
  body: unknown,
  {
    status = 200,
    headers = {},
  }: { status?: number; headers?: Readonly<Record<string, string | readonly string[]>> } = {},
): Buffer {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const all = { 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}`));
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} X\r\n${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`),
    bytes,
  ]);
}

/** Opens one; what nobody has set an answer for gets a 599. */
export async function answeringServer(): Promise<AnsweringServer> {
  const requests: RawRequest[] = [];
  const answers = new Map<string, RawAnswer[]>();
  const next = (key: string | undefined): RawAnswer | undefined => {
    const queue = key === undefined ? undefined : answers.get(key);
    return queue !== undefined && queue.length > 1 ? queue.shift() : queue?.[0];
  };
  const server = await httpServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => (body += chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '', 'http://localhost');
      const request = { method: incoming.method ?? '', url, headers: incoming.headers, fields: fieldsOf(body) };
      requests.push(request);
      const { refresh_token: refreshToken, code } = request.fields;
      const answer = next(refreshToken) ?? next(code) ?? next(url.pathname) ?? httpAnswer('', { status: 599 });
      response.socket?.end(typeof answer === 'function' ? answer(request) : answer);
    });
  });
  return {
    origin: `http://127.0.0.1:${server.port}`,
    requests,
    answer: (key, ...all) => {
      answers.set(key, [...all]);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function fieldsOf(body: string): Record<string, string> {
  if (body.startsWith('{')) return JSON.parse(body) as Record<string, string>;
  return Object.fromEntries(new URLSearchParams(body));
}
