import type { LiveToken, TokenRequest } from '../../../../src/grants/keeper/live-token.ts';
import { Secret } from '../../../../src/secret.ts';
import { SUBJECT } from '../../../support/stores/one-grant.ts';
import type { Fleet } from './fleet.ts';
import type { Judge } from '../judge/judge.ts';
import { PROVIDER } from './process-provider.ts';
import type { CallerPlan } from '../scenario.ts';
import type { Surroundings } from './surroundings.ts';

const APPLICANT = { subject: SUBJECT, email: 'alice@example.com', name: 'Alice', timeZone: 'Europe/Rome' };
/** How long a caller waits for an instance that may be dead, in milliseconds. */
const PATIENCE_MS = 4_000;
const LONGER_MS = 20_000;

/** What came of a call. */
export type Answer = { readonly token: LiveToken } | { readonly code: string; readonly retryAfterMs: number };

/** Asks one instance once; an instance that is down or never answers counts as `no_answer`. */
export function ask(
  world: { at: Surroundings; fleet: Fleet; judge: Judge },
  slot: number,
  wants: CallerPlan['wants'],
  answered: (answer: Answer) => void,
): void {
  const { at, fleet, judge } = world;
  let isOver = false;
  const end = (answer: Answer) => {
    if (isOver) return;
    isOver = true;
    waiting.cancel();
    answered(answer);
  };
  const waiting = at.scheduler.in(PATIENCE_MS, () => {
    end({ code: 'no_answer', retryAfterMs: 0 });
  });
  const instance = fleet.instance(slot);
  if (instance === undefined) {
    at.scheduler.in(300, () => {
      end({ code: 'no_answer', retryAfterMs: 0 });
    });
    return;
  }
  const { process, keeper } = instance;
  const rejected = wants === 'another' ? at.memory.credentials.at(-1)?.accessToken.reveal() : undefined;
  const request: TokenRequest = {
    provider: PROVIDER,
    subject: SUBJECT,
    applicant: APPLICANT,
    force: wants === 'new',
    ...(wants === 'longer' ? { minTtlMs: LONGER_MS } : {}),
    ...(rejected === undefined ? {} : { rejected: new Secret(rejected) }),
  };
  const judged = (answer: () => Answer) => {
    if (process.isDead) return;
    try {
      end(answer());
    } catch (violation) {
      fleet.fail(violation);
    }
  };
  process.deliver(() => {
    at.note(() => `${process.holder} is asked for ${wants}`);
    keeper.token(request).then(
      (token) => {
        judged(() => {
          at.note(() => `${process.holder} serves ${token.accessToken.reveal()}`);
          judge.served(token, { rejected });
          return { token };
        });
      },
      (error: unknown) => {
        judged(() => {
          at.note(() => `${process.holder} answers ${String(error)}`);
          const answer = failure(error);
          if (answer.code === 'reconnect_required')
            judge.asksTheUser('reconnect_required was answered', process.notedAt);
          return answer;
        });
      },
    );
  });
}

function failure(error: unknown): { code: string; retryAfterMs: number } {
  if (!(error instanceof Error)) throw new TypeError('something was thrown that is no error');
  if (error.name === 'Refusal') return { code: 'refused', retryAfterMs: 200 };
  if (!('code' in error) || error.name !== 'KeeperError') throw error;
  const retryAfterMs = 'retryAfterMs' in error && typeof error.retryAfterMs === 'number' ? error.retryAfterMs : 1_000;
  return { code: String(error.code), retryAfterMs };
}
