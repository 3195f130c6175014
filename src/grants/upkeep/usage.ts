import { LRUCache } from 'lru-cache';
import type { Credential } from '../credential.ts';
import type { GrantObserver } from '../observer.ts';
import type { UsedCredential } from '../storage/upkeep-store.ts';

const MOST_REMEMBERED = 100_000;

/** Which credentials have been handed out here, so that upkeep renews those that somebody uses. */
export class Usage implements Pick<GrantObserver, 'handedOut'> {
  /** By nonce: a database that went back in time gives the same number to another credential. */
  readonly #known = new LRUCache<string, true>({ max: MOST_REMEMBERED });
  #fresh: UsedCredential[] = [];

  /** On the warm path: cheap for a credential that is known already. */
  handedOut({ nonce, grantId, exchangeId }: Pick<Credential, 'nonce' | 'grantId' | 'exchangeId'>): void {
    if (this.#known.has(nonce)) return;
    this.#known.set(nonce, true);
    this.#fresh.push({ grantId, exchangeId });
  }

  /**
   * Hands what is new since the last time to `keep`.
   *
   * @throws what `keep` throws; all of it is then new the next time too
   */
  async drain(keep: (credentials: readonly UsedCredential[]) => Promise<void>): Promise<void> {
    if (this.#fresh.length === 0) return;
    const taken = this.#fresh;
    this.#fresh = [];
    try {
      await keep(taken);
    } catch (error) {
      this.#fresh = [...taken, ...this.#fresh].slice(-MOST_REMEMBERED);
      throw error;
    }
  }
}
