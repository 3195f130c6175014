import type { Obtained } from '../../providers/provider.ts';
import type { Clock } from '../clock.ts';
import { isStoreUnavailable } from '../errors.ts';
import type { GrantEvent } from '../events.ts';
import type { GrantObserver } from '../observer.ts';
import type { OpenExchange } from '../exchange.ts';
import { renewalSchedule } from '../rules/renewal-schedule.ts';
import type { GrantStore } from '../storage/grant-store.ts';

/** Where an answer goes that the store refuses: a place on this machine that does not depend on the database. */
export interface Rescue {
  /** Keeps the answer sealed; it is on the disk when the promise resolves. A second time, it does nothing new. */
  keep(exchange: OpenExchange, answer: Obtained): Promise<void>;
  /** Forgets what was kept of an exchange, if anything. */
  drop(exchange: OpenExchange): Promise<void>;
  /** Keeps it on, but for a person to look at: it is not among what is kept until the next start. */
  setAside(exchange: OpenExchange, cause: unknown): Promise<void>;
  /** Everything that is kept and can be opened, or what of it is kept for one grant. */
  kept(grantId?: string): Promise<Rescued[]>;
}

/** One answer that waits for the store. */
export interface Rescued {
  readonly exchange: OpenExchange;
  readonly answer: Obtained;
}

/** What replaying needs of the world. */
export interface ReplayMeans {
  readonly rescue: Rescue;
  readonly store: GrantStore;
  readonly clock: Clock;
  /** Told of every event that is written with an answer. */
  readonly observer: Pick<GrantObserver, 'recorded'>;
}

/**
 * Gives the store what it once refused. Appending is keyed by the exchange, so an answer that had been stored after all
 * is stored once. One that the store does not take although it could is set aside: neither the others nor its own grant
 * wait for it.
 *
 * @param grantId replays the answers for this grant alone
 * @returns how many answers were replayed
 * @throws StoreUnavailableError, once all have been tried; what was refused so is still kept
 */
export async function replayRescued(means: ReplayMeans, grantId?: string): Promise<number> {
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

/** Tried twice: the first time, another's transaction may have been in the way. */
async function stored({ store, clock }: ReplayMeans, { exchange, answer }: Rescued): Promise<GrantEvent | undefined> {
  const finish = () =>
    store.finishObtained(exchange, answer, renewalSchedule(exchange.nonce, clock.now(), answer.tokens));
  try {
    return await finish();
  } catch (cause) {
    if (isStoreUnavailable(cause)) throw cause;
    return await finish();
  }
}
