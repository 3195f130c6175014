import type { Obtained } from '../providers/provider.ts';
import type { GrantEvent } from './events.ts';
import type { OpenExchange } from './exchange.ts';
import type { GrantStore } from './store.ts';

/** Where an answer goes that the store refuses: a place on this machine that does not depend on the database. */
export interface Rescue {
  /** Keeps the answer sealed; it is on the disk when the promise resolves. A second time, it does nothing new. */
  keep(exchange: OpenExchange, answer: Obtained): Promise<void>;
  /** Forgets what was kept of an exchange, if anything. */
  drop(exchange: OpenExchange): Promise<void>;
  /** Everything that is kept, or what is kept for one grant. */
  kept(grantId?: string): Promise<Rescued[]>;
}

/** One answer that waits for the store. */
export interface Rescued {
  readonly exchange: OpenExchange;
  readonly answer: Obtained;
}

/**
 * Gives the store what it once refused. Appending is keyed by the exchange, so an answer that had been stored after all
 * is stored once.
 *
 * @param told told of every event that is written with them
 * @param grantId replays the answers for this grant alone
 * @returns how many answers were replayed
 * @throws the store's last error, once all have been tried; what it refused is still kept
 */
export async function replayRescued(
  rescue: Rescue,
  store: GrantStore,
  told: (event: GrantEvent) => void,
  grantId?: string,
): Promise<number> {
  let replayed = 0;
  let refusal: { cause: unknown } | undefined;
  for (const { exchange, answer } of await rescue.kept(grantId)) {
    try {
      const event = await store.finishObtained(exchange, answer);
      if (event !== undefined) told(event);
      await rescue.drop(exchange);
      replayed += 1;
    } catch (cause) {
      // One that can't be stored must not keep the others from it.
      refusal = { cause };
    }
  }
  if (refusal !== undefined) throw refusal.cause;
  return replayed;
}
