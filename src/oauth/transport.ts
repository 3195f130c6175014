import { type Dispatcher, Agent, request } from 'undici';

/** The most that is read of an upstream answer, in bytes. */
const BODY_LIMIT_BYTES = 64 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;

/** One HTTP call to a provider. The body is sent as given; `Content-Type` is the caller's to set. */
export interface UpstreamCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Hard cap in milliseconds from when the call is made to the last byte read. */
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

/**
 * Opens a transport with its own connections, so that one slow provider cannot starve another. HTTP/2 is not offered: its
 * client sends a refused stream once more by itself.
 */
export function openTransport(): Transport {
  const agent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS }, connections: 128, allowH2: false });
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
    return { kind: wasNeverSent(cause) ? 'not_sent' : 'unanswered', cause: new TransportError(cause) };
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

/**
 * What went wrong on the way, in one word. The client's own error is not kept: it may carry the bytes of an answer that
 * could not be parsed, and so a token into a log.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: string;

  constructor(cause: unknown) {
    const code = codeOf(cause) ?? (cause instanceof Error ? cause.name : 'unknown');
    super(`The call failed: ${code}.`);
    this.code = code;
  }
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

const NEVER_SENT = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
]);

const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH']);

/** Only failures that can happen before the request's first byte count; anything doubtful was perhaps sent. */
function wasNeverSent(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(wasNeverSent);
  const code = codeOf(cause);
  // An established connection can report an unreachable host as well, long after the request was sent.
  const isConnecting = cause instanceof Error && 'syscall' in cause && cause.syscall === 'connect';
  return code !== undefined && (NEVER_SENT.has(code) || (isConnecting && UNREACHABLE.has(code)));
}
