import { type Dispatcher, Agent, request } from 'undici';
import type { Secret } from '../secret.ts';
import { Semaphore } from './semaphore.ts';

/** The limit for the body of an upstream answer, in bytes. */
const BODY_LIMIT_BYTES = 64 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
/** Concurrent connections to one provider. */
const CONNECTIONS = 128;
/**
 * How long a call waits for a free connection, in milliseconds. By then its caller has been told to come back later,
 * and the rest of the time is for the answer.
 */
const LONGEST_WAIT_MS = 20_000;

/** One HTTP call to a provider. The body is sent as given; the caller sets `Content-Type`. */
export interface UpstreamCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Hard cap in milliseconds, from the start of the call, including its wait for a connection, to the last byte read.
   */
  readonly timeoutMs: number;
}

/**
 * The result of a call. The three cases differ in what the provider may have done: `not_sent`, nothing, as there was
 * never a connection to write to; `unanswered`, possibly everything; `answered`, what the answer says.
 */
export type UpstreamResult =
  | { readonly kind: 'not_sent'; readonly cause: unknown }
  | { readonly kind: 'unanswered'; readonly cause: unknown }
  | UpstreamAnswer;

/** A complete answer. `json` is undefined if the body is not a JSON document. */
export interface UpstreamAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly json: unknown;
}

/** Sends calls to one provider. Disposing of it closes its idle connections. */
export interface Transport extends AsyncDisposable {
  /** Sends one call. Never rejects, follows a redirect or sends a call twice. */
  send(call: UpstreamCall): Promise<UpstreamResult>;
}

/** What a client shows of itself while a connection is made (RFC 8705), both in PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: Secret;
}

/**
 * Opens a transport with its own connections, so that one slow provider cannot starve another. It offers no HTTP/2,
 * because that client resends a refused stream by itself.
 *
 * @param shown the client's certificate, for providers that ask for one
 */
export function openTransport(shown?: ClientCertificate): Transport {
  const identity = shown === undefined ? {} : { cert: shown.certificate, key: shown.key.reveal() };
  const connect = { timeout: CONNECT_TIMEOUT_MS, ...identity };
  const agent = new Agent({ connect, connections: CONNECTIONS, allowH2: false });
  // The HTTP client has its own queue, but a call that has given up cannot leave it.
  const turns = new Semaphore(CONNECTIONS);
  return {
    send: (call) => send(agent, turns, call),
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

async function send(agent: Agent, turns: Semaphore, call: UpstreamCall): Promise<UpstreamResult> {
  const since = performance.now();
  const patienceMs = Math.min(LONGEST_WAIT_MS, call.timeoutMs);
  const hasTurn = await turns.acquire(patienceMs);
  const waitedMs = performance.now() - since;
  // A process that was suspended in the meantime gets a turn after it should have given up.
  if (hasTurn && waitedMs > patienceMs) turns.release();
  if (!hasTurn || waitedMs > patienceMs) {
    return { kind: 'not_sent', cause: new TransportError(new GivenUpError('no_connection_free')) };
  }
  const leftMs = Math.max(1, call.timeoutMs - waitedMs);
  const progress = { isOnItsWay: false };
  const cut = new AbortController();
  const departed = () => {
    progress.isOnItsWay = !cut.signal.aborted;
  };
  const asked = ask(agent.compose(noting(departed)), call, cut.signal, leftMs);
  // An aborted call that is not on its way yet keeps its place in the HTTP client until there is a connection, or none.
  void asked
    .catch(() => undefined)
    .finally(() => {
      turns.release();
    });
  const { promise: timeIsUp, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const cause = new GivenUpError('no_answer_in_time');
    cut.abort(cause);
    reject(cause);
  }, leftMs);
  try {
    return await Promise.race([asked, timeIsUp]);
  } catch (cause) {
    return { kind: progress.isOnItsWay ? 'unanswered' : 'not_sent', cause: new TransportError(cause) };
  } finally {
    clearTimeout(timer);
  }
}

async function ask(
  dispatcher: Dispatcher,
  { url, method, headers, body }: UpstreamCall,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<UpstreamAnswer> {
  const answer = await request(url, {
    dispatcher,
    method,
    headers: { accept: 'application/json', ...headers },
    body: body ?? null,
    signal,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return { kind: 'answered', status: answer.statusCode, headers: answer.headers, json: await readJson(answer.body) };
}

/**
 * Reports when a request has its connection, right before its first byte is written: until then nobody can have seen
 * it.
 */
function noting(departed: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (...parameters) => {
        departed();
        handler.onRequestStart?.(...parameters);
      },
      onResponseStart: (...parameters) => handler.onResponseStart?.(...parameters),
      onResponseData: (...parameters) => handler.onResponseData?.(...parameters),
      onResponseEnd: (...parameters) => handler.onResponseEnd?.(...parameters),
      onResponseError: (...parameters) => handler.onResponseError?.(...parameters),
    });
}

/** Why this side ended a call. */
class GivenUpError extends Error {
  override readonly name = 'GivenUpError';
  readonly code: string;

  constructor(code: 'no_connection_free' | 'no_answer_in_time') {
    super(code);
    this.code = code;
  }
}

/**
 * Reads at most {@link BODY_LIMIT_BYTES} and rejects if there is more, so that a truncated body never passes as a
 * complete one.
 */
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
 * A failed call, as one error code. The HTTP client's own error is dropped: it may contain bytes of an unparsable
 * answer and so leak a token into a log.
 */
class TransportError extends Error {
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
