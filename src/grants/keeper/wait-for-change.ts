import type { Random } from '../clock.ts';
import type { ExchangeStatus } from '../grant.ts';
import type { GrantStore } from '../storage/grant-store.ts';

/** The dependencies of waiting. */
export interface ChangeWaiterDependencies {
  readonly store: GrantStore;
  readonly random: Random;
  /** True once the process is shutting down. */
  readonly closing: () => boolean;
}

const PAUSE_MS = { first: 20, longest: 250 };
/** The total rate of looks per second in one process, however many callers wait. */
const LOOKS_A_SECOND = 1_000;

/** Lets callers in this process wait for exchanges that others have open. */
export class ChangeWaiter {
  #count = 0;

  /**
   * Resolves once the grant's exchange status has changed, or the process is shutting down. Polls, because a
   * notification may be missed. The more callers wait, the less often each of them polls, so that waiting does not
   * starve the work.
   *
   * @returns the exchange status at that time
   */
  async waitForChange(
    { store, random, closing }: ChangeWaiterDependencies,
    grantId: string,
    claims: ExchangeStatus,
  ): Promise<ExchangeStatus> {
    this.#count += 1;
    try {
      let pauseMs = PAUSE_MS.first;
      let now: ExchangeStatus;
      let isNoted = false;
      do {
        const fairMs = (this.#count * 1000) / LOOKS_A_SECOND;
        await store.awaitChange(grantId, Math.max(pauseMs, fairMs) * (0.5 + random()));
        pauseMs = Math.min(PAUSE_MS.longest, pauseMs * 1.5);
        now = await store.exchangeStatus(grantId);
        if (!isNoted && stands(now, claims)) {
          isNoted = true;
          void store.noteAwaited(grantId).catch(() => undefined);
        }
      } while (!closing() && stands(now, claims));
      return now;
    } finally {
      this.#count -= 1;
    }
  }
}

function stands(now: ExchangeStatus, before: ExchangeStatus): boolean {
  return now.last?.nonce === before.last?.nonce && now.held === before.held && now.isUnresolved === before.isUnresolved;
}
