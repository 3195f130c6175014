import type { Random } from '../clock.ts';
import type { ExchangeStatus } from '../grant.ts';
import type { GrantStore } from '../storage/grant-store.ts';

/** What waiting needs of the world. */
export interface ChangeWaiterDependencies {
  readonly store: GrantStore;
  readonly random: Random;
  /** True once the process is leaving. */
  readonly closing: () => boolean;
}

const PAUSE_MS = { first: 20, longest: 250 };
/** However many wait in one process, together they look about this often a second. */
const LOOKS_A_SECOND = 1_000;

/** Everybody in this process who waits for an exchange that somebody else has open. */
export class ChangeWaiter {
  #count = 0;

  /**
   * Resolves once the grant's claims are others than these, or the process is leaving. Looks again and again, because a
   * notice may be missed; the more wait, the more seldom each of them looks, so that waiting doesn't starve the work.
   *
   * @returns the claims as they are then
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
