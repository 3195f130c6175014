import { type Dispatcher, Agent, request } from 'undici';

/** The most that is read of an upstream answer, in bytes after decoding. */
const BODY_LIMIT_BYTES = 64 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;

/** One HTTP call to a provider. The body is sent as given; `Content-Type` is the caller's to set. */
export interface UpstreamCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Hard cap in milliseconds from the first byte sent to the last byte read. */
  readonly timeoutMs: number;
}

/**
 * What became of a call. The three cases differ in what the provider may have done:
 * `not_sent`, nothing; `unanswered`, perhaps everything; `answered`, what it says.
 */
export type UpstreamResult =
  | { readonly kind: 'not_sent'; readonly cause: unknown }
  | { readonly kind: 'unanswered'; readonly cause: unknown }
  | UpstreamAnswer;

/** A complete answer. `json` is undefined where the body is not a JSON document. */
export interface UpstreamAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly json: unknown;
}

/** Sends calls to one provider; closing it ends its idle connections. */
export interface Transport extends AsyncDisposable {
  /** Never rejects, never follows a redirect, never sends a call twice. */
  send(call: UpstreamCall): Promise<UpstreamResult>;
}

/** Opens a transport with its own connections, so that one slow provider cannot starve another. */
export function openTransport(): Transport {
  const agent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS }, connections: 128 });
  return {
    send: (call) => send(agent, call),
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

async function send(dispatcher: Dispatcher, call: UpstreamCall): Promise<UpstreamResult> {
  try {
    const answer = await request(call.url, {
      dispatcher,
      method: call.method,
      headers: { accept: 'application/json', ...call.headers },
      body: call.body ?? null,
      signal: AbortSignal.timeout(call.timeoutMs),
      headersTimeout: call.timeoutMs,
      bodyTimeout: call.timeoutMs,
    });
    return { kind: 'answered', status: answer.statusCode, headers: answer.headers, json: await readJson(answer.body) };
  } catch (cause) {
    return { kind: wasNeverSent(cause) ? 'not_sent' : 'unanswered', cause };
  }
}

/** Reads at most {@link BODY_LIMIT_BYTES}; rejects on more, so that a cut body never passes for a whole one. */
async function readJson(body: Dispatcher.ResponseData['body']): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) throw new Error(`The answer is longer than ${BODY_LIMIT_BYTES} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

const NEVER_SENT = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
]);

/** Only failures that can happen before the request's first byte count; anything doubtful was perhaps sent. */
function wasNeverSent(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(wasNeverSent);
  return cause instanceof Error && 'code' in cause && NEVER_SENT.has(String(cause.code));
}
