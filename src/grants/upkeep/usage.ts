import { LRUCache } from 'lru-cache';
import type { Credential } from '../credential.ts';
import type { GrantObserver } from '../observer.ts';
import type { UsedCredential } from '../storage/upkeep-store.ts';

const MOST_REMEMBERED = 100_000;

/** Collects which credentials this process has handed out, so that upkeep renews those in use. */
export class Usage implements Pick<GrantObserver, 'handedOut'> {
  /** By nonce, because a database that went back in time reuses exchange numbers. */
  readonly #known = new LRUCache<string, true>({ max: MOST_REMEMBERED });
  #fresh: UsedCredential[] = [];

  /** Runs on the warm path: cheap for a credential that is already known. */
  handedOut({ nonce, grantId, exchangeId }: Pick<Credential, 'nonce' | 'grantId' | 'exchangeId'>): void {
    if (this.#known.has(nonce)) return;
    this.#known.set(nonce, true);
    this.#fresh.push({ grantId, exchangeId });
  }

  /**
   * Passes what is new since the last time to `keep`.
   *
   * @throws the error of `keep`; everything is then passed again next time
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
