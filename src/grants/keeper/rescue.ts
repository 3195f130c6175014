import type { ExchangeResult, Obtained, Unreadable } from '../../providers/provider.ts';
import type { Clock } from '../clock.ts';
import { isStoreUnavailable } from '../errors.ts';
import type { GrantEvent } from '../events.ts';
import type { GrantObserver } from '../observer.ts';
import type { OpenExchange } from '../exchange.ts';
import { renewalSchedule } from '../rules/renewal-schedule.ts';
import type { GrantStore } from '../storage/grant-store.ts';

/** An answer that a provider gives once, so that losing it may cost the grant. */
export type AnswerInHand = Obtained | Unreadable;

/** Whether this answer is one to keep, whatever it takes. */
export function isInHand(answer: ExchangeResult): answer is AnswerInHand {
  return answer.kind === 'obtained' || answer.kind === 'unreadable';
}

/** Keeps answers that the store refuses, on this machine and independent of the database. */
export interface Rescue {
  /** Saves the sealed answer; it is on disk when the promise resolves. Calling it again does nothing. */
  keep(exchange: OpenExchange, answer: AnswerInHand): Promise<void>;
  /** Deletes what was saved for an exchange, if anything. */
  drop(exchange: OpenExchange): Promise<void>;
  /** Keeps the answer for a person to look at. It is excluded from {@link Rescue.kept} until the next start. */
  setAside(exchange: OpenExchange, cause: unknown): Promise<void>;
  /** All saved answers that can be opened, or those of one grant. */
  kept(grantId?: string): Promise<Rescued[]>;
}

/** A saved answer that waits for the store. */
export interface Rescued {
  readonly exchange: OpenExchange;
  readonly answer: AnswerInHand;
}

/** The dependencies of replaying. */
export interface ReplayDependencies {
  readonly rescue: Rescue;
  readonly store: GrantStore;
  readonly clock: Clock;
  /** Notified of every event written with an answer. */
  readonly observer: Pick<GrantObserver, 'recorded'>;
}

/**
 * Replays rescued answers to the store. Appending is keyed by the exchange, so an answer that was stored after all is
 * not stored twice. An answer that the store rejects while it is available is set aside, so that it blocks neither the
 * others nor its own grant.
 *
 * @param grantId limits the replay to this grant
 * @returns how many answers were replayed
 * @throws StoreUnavailableError, once all have been tried; the affected answers are still kept
 */
export async function replayRescued(means: ReplayDependencies, grantId?: string): Promise<number> {
  const { rescue, observer } = means;
  let replayed = 0;
  let refusal: { cause: unknown } | undefined;
  for (const rescued of await rescue.kept(grantId)) {
    const { exchange } = rescued;
    try {
      const event = await stored(means, rescued);
      if (event !== undefined) observer.recorded(event);
      await rescue.drop(exchange);
      replayed += 1;
    } catch (cause) {
      if (isStoreUnavailable(cause)) refusal = { cause };
      else await rescue.setAside(exchange, cause);
    }
  }
  if (refusal !== undefined) throw refusal.cause;
  return replayed;
}

/** Tries twice, since another transaction may have caused the first failure. */
async function stored(
  { store, clock }: ReplayDependencies,
  { exchange, answer }: Rescued,
): Promise<GrantEvent | undefined> {
  const finish = () =>
    answer.kind === 'obtained'
      ? store.finishObtained(exchange, answer, renewalSchedule(exchange.nonce, clock.now(), answer.tokens))
      : store.finishFailed(exchange, { answer, recoveryPath: 'none' });
  try {
    return await finish();
  } catch (cause) {
    if (isStoreUnavailable(cause)) throw cause;
    return await finish();
  }
}
