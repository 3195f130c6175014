import { setTimeout as sleep } from 'node:timers/promises';
import { jwt } from '../../support/service/credentials.ts';
import { TOKEN_PATH } from '../../support/service/start-service.ts';

/** How long a client waits before it tries again where nobody says, in milliseconds. */
const PAUSE_MS = 50;
/** How many of the slowest calls are told. */
const SLOWEST = 4;

/** What callers met. */
export interface Report {
  readonly served: number;
  /** Answers that a client tries again after, by status and code; a call that was cut is `0`. */
  readonly retried: Readonly<Record<string, number>>;
  /** Answers that no client can be asked to try again after. */
  readonly refused: Readonly<Record<string, number>>;
  /** The slowest calls, slowest first: when they began, and how long it was to their token, in milliseconds; what they met. */
  readonly slowest: readonly { readonly at: number; readonly ms: number; readonly met: readonly string[] }[];
}

/** Callers that never stop asking. */
export interface PatientCallers extends AsyncDisposable {
  stop(): Promise<Report>;
}

/**
 * A caller for each subject, who asks one of the services after another for its token, again and again, and sometimes
 * forces a new one. As a load balancer's client it tries another service where one asks for patience or is gone.
 *
 * @param services whom to ask, by URL; asked anew before each try
 * @param forced how many of the calls force a new token, as a share
 */
export function startPatientCallers(
  services: () => readonly string[],
  subjects: readonly string[],
  forced = 0.2,
): PatientCallers {
  const ending = new AbortController();
  const retried: Record<string, number> = {};
  const refused: Record<string, number> = {};
  let [served, turn] = [0, 0];
  let slowest: Report['slowest'] = [];
  const beganAt = performance.now();
  const count = (counts: Record<string, number>, what: string) => (counts[what] = (counts[what] ?? 0) + 1);
  const ask = async (subject: string): Promise<void> => {
    const since = performance.now();
    const met: string[] = [];
    const body = JSON.stringify({ force_refresh: Math.random() < forced });
    for (;;) {
      const urls = services();
      const answer = await post(urls[(turn += 1) % urls.length] ?? '', subject, body);
      if (answer.status === 200) break;
      const what = `${answer.status} ${answer.code}`;
      if (answer.status !== 0 && !answer.asksForPatience) {
        count(refused, what);
        return;
      }
      count(retried, what);
      met.push(`${what} after ${Math.round(performance.now() - since)} ms`);
      if (ending.signal.aborted) return;
      await sleep(PAUSE_MS);
    }
    served += 1;
    const call = { at: Math.round(since - beganAt), ms: Math.round(performance.now() - since), met };
    slowest = [...slowest, call].sort((one, other) => other.ms - one.ms).slice(0, SLOWEST);
  };
  const callers = subjects.map(async (subject) => {
    while (!ending.signal.aborted) {
      await ask(subject);
      await sleep(Math.random() * 400);
    }
  });
  for (const caller of callers) caller.catch(() => undefined);
  const stop = async () => {
    ending.abort();
    await Promise.all(callers);
    return { served, retried, refused, slowest };
  };
  return {
    stop,
    // Whoever is not answered by now never is.
    [Symbol.asyncDispose]: () => {
      ending.abort();
      return Promise.resolve();
    },
  };
}

async function post(url: string, subject: string, body: string) {
  try {
    const response = await fetch(`${url}${TOKEN_PATH}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${jwt(subject)}`, 'content-type': 'application/json' },
      body,
    });
    const { code = '' } = (await response.json()) as { code?: string };
    return { status: response.status, code, asksForPatience: response.headers.has('retry-after') };
  } catch {
    return { status: 0, code: '', asksForPatience: false };
  }
}
