import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { BODY_LIMIT_BYTES, bodyText, bodyTooLarge, malformedBody } from '../request/body-text.ts';
import type { Answer, Call, Endpoint } from '../endpoint.ts';
import { ProblemError } from '../response/problem.ts';

/**
 * Adapts an endpoint to Hono, for hosts that use the Fetch standard and for unusual requests. The standard joins repeated
 * headers by commas, so an embedding host that should refuse a repeated `Evergrant-Subject` has to do so itself.
 */
export function fetchAdapter(endpoint: Endpoint): (context: Context) => Promise<Response> {
  return async (context) => responseOf(await endpoint(callOf(context)));
}

/** Turns an answer into a `Response` of the Fetch standard. */
export function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body === '' ? null : body, { status, headers: { ...headers } });
}

function callOf(context: Context): Call {
  const { method, path, url } = context.req;
  // Start past the scheme, where the host begins.
  const queryStart = url.indexOf('?', 8);
  return {
    method,
    path,
    parameters: context.req.param(),
    query: queryStart < 0 ? '' : url.slice(queryStart),
    clientAddress: clientAddress(context),
    header: (name) => context.req.header(name),
    body: async () => bodyText(await bodyBytes(context)),
  };
}

async function bodyBytes(context: Context): Promise<Uint8Array> {
  try {
    return await limitedBytes(context);
  } catch (cause) {
    throw cause instanceof ProblemError ? cause : malformedBody('it broke off');
  }
}

/** Reads at most {@link BODY_LIMIT_BYTES}, with or without a `Content-Length`. */
async function limitedBytes({ req: request }: Context): Promise<Uint8Array> {
  const length = request.header('content-length');
  if (length !== undefined && request.header('transfer-encoding') === undefined) {
    if (Number(length) > BODY_LIMIT_BYTES) throw bodyTooLarge();
    return new Uint8Array(await request.arrayBuffer());
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > BODY_LIMIT_BYTES) throw bodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function clientAddress(context: Context): string {
  try {
    return getConnInfo(context).remote.address ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
