import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import { TOKEN_PATH } from '../service/start-service.ts';

/** One call for a token: whose, and of which service. */
export interface Caller {
  readonly bearer: string;
  /** The place of the service among those the herd knows. */
  readonly service: number;
  /** Where to ask; default: where bookings do. */
  readonly path?: string;
}

/** What a caller got, and how long it waited for it. */
export interface Served {
  /** 0 where the call failed on the way. */
  readonly status: number;
  /** The parsed answer; what went wrong where there is none. */
  readonly json: any;
  /** Undefined where the answer names no time. */
  readonly retryAfterMs: number | undefined;
  readonly waitMs: number;
}

/** Very many callers of several services, each with a connection of its own. */
export interface Herd extends AsyncDisposable {
  /** Sends every call before any is answered, and resolves when all are. Never rejects for a call that failed. */
  ask(callers: readonly Caller[]): Promise<Served[]>;
}

/**
 * Opens a herd.
 *
 * @param urls of the services
 * @param callers the most that will ask at once; connections are kept from one storm to the next
 */
export function openHerd(urls: readonly string[], callers: number): Herd {
  const connections = Math.ceil(callers / urls.length);
  const pools = urls.map(
    (url) => new Pool(url, { connections, pipelining: 1, headersTimeout: 120_000, connectTimeout: 60_000 }),
  );
  return {
    ask: (all) => Promise.all(all.map((caller) => served(pools[caller.service], caller))),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

async function served(pool: Pool | undefined, { bearer, path = TOKEN_PATH }: Caller): Promise<Served> {
  const start = performance.now();
  const answered = (status: number, json: unknown, retryAfterMs?: number): Served => {
    return { status, json, retryAfterMs, waitMs: performance.now() - start };
  };
  try {
    if (pool === undefined) throw new Error('There is no such service.');
    const headers = { authorization: `Bearer ${bearer}` };
    const { statusCode, headers: given, body } = await pool.request({ method: 'POST', path, headers });
    const text = await body.text();
    const retryAfter = given['retry-after'];
    const retryAfterMs = retryAfter === undefined ? undefined : Number(retryAfter) * 1000;
    return answered(statusCode, text === '' ? { code: 'no body' } : JSON.parse(text), retryAfterMs);
  } catch (error) {
    return answered(0, { code: 'failed', detail: String(error) });
  }
}

/** The waits of a storm, for people: middle, 99th percentile and longest, in milliseconds. */
export function waits(answers: readonly Served[]): string {
  const sorted = answers.map(({ waitMs }) => waitMs).sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}
