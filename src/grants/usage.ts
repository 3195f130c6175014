import { LRUCache } from 'lru-cache';

const MOST_REMEMBERED = 100_000;

/** Which credentials have been handed out here, so that upkeep renews those that somebody uses. */
export class Usage {
  readonly #known = new LRUCache<number, true>({ max: MOST_REMEMBERED });
  #fresh: number[] = [];

  /** On the warm path: cheap for a credential that is known already. */
  note(exchangeId: number): void {
    if (this.#known.has(exchangeId)) return;
    this.#known.set(exchangeId, true);
    this.#fresh.push(exchangeId);
  }

  /**
   * Hands what is new since the last time to `keep`.
   *
   * @throws what `keep` throws; all of it is then new the next time too
   */
  async drain(keep: (exchangeIds: readonly number[]) => Promise<void>): Promise<void> {
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
