import { type Dispatcher, request } from 'undici';
import { BODY_LIMIT_BYTES, bodyText, decodedBody, documentOf } from './answer/answer-body.ts';
import { openClient, UNCONFIGURED, type ClientCertificate, type Outgoing } from './outgoing.ts';
import { Semaphore } from './semaphore.ts';

/** The limit for names and values of all headers of an upstream answer, in bytes. */
const HEADERS_LIMIT_BYTES = 128 * 1024;
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
  | { readonly kind: 'not_sent'; readonly cause: unknown; readonly sent?: UpstreamCall }
  | { readonly kind: 'unanswered'; readonly cause: unknown; readonly sent?: UpstreamCall }
  | UpstreamAnswer;

/** A complete answer. */
export interface UpstreamAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The whole body without its content codings, at most {@link BODY_LIMIT_BYTES}. */
  readonly body: Uint8Array;
  /**
   * The body's JSON document, or the members of a form that reports an error; undefined if it is neither. Integers
   * beyond 2^53 are rounded: see `exactMemberAt`.
   */
  readonly json: unknown;
  /** What was sent, as every result of a {@link Transport} has it; absent from an answer that was kept. */
  readonly sent?: UpstreamCall;
}

/** Sends calls to one provider. Disposing of it closes its idle connections. */
export interface Transport extends AsyncDisposable {
  /** Sends one call. Never rejects, follows a redirect or sends a call twice. */
  send(call: UpstreamCall): Promise<UpstreamResult>;
}

/**
 * Opens a transport with its own connections, so that one slow provider cannot starve another.
 *
 * @param shown the client's certificate, for providers that ask for one
 */
export function openTransport(outgoing: Outgoing = UNCONFIGURED, shown?: ClientCertificate): Transport {
  const client = openClient(outgoing, { connections: CONNECTIONS, maxHeaderSize: HEADERS_LIMIT_BYTES }, shown);
  const headers = { accept: 'application/json', 'user-agent': outgoing.userAgent };
  // The HTTP client has its own queue, but a call that has given up cannot leave it.
  const turns = new Semaphore(CONNECTIONS);
  return {
    send: async (call) => {
      const sent = { ...call, headers: { ...headers, ...call.headers } };
      return { ...(await send(client, turns, sent)), sent };
    },
    [Symbol.asyncDispose]: () => client.destroy(),
  };
}

async function send(client: Dispatcher, turns: Semaphore, call: UpstreamCall): Promise<UpstreamResult> {
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
  const asked = ask(client.compose(noting(departed)), call, cut.signal, leftMs);
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
  call: UpstreamCall,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<UpstreamAnswer> {
  const answer = await request(call.url, {
    dispatcher,
    method: call.method,
    headers: call.headers,
    body: call.body ?? null,
    signal,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const { statusCode: status, headers } = answer;
  const body = await decodedBody(await readWhole(answer.body), headers['content-encoding']);
  return { kind: 'answered', status, headers, body, json: documentOf(bodyText(body)) };
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
async function readWhole(body: Dispatcher.ResponseData['body']): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) throw new Error(`The answer is longer than ${BODY_LIMIT_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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
