import type { Clock } from '../clock.ts';
import type { Retention, UpkeepStore } from '../storage/upkeep-store.ts';

/** How often a batch is deleted while there is more to delete, in milliseconds. */
export const BITE_EVERY_MS = 50;
/**
 * How long to rest once nothing is left, and while another instance does the work: after that it checks whether that
 * instance is still alive. In milliseconds.
 */
const REST_MS = { done: 60_000, elsewhere: 20_000 };
/**
 * The most facts of each kind that one batch examines: few enough to keep nobody waiting, and twice what a thousand
 * refreshes per second produce.
 */
const BITE = 100;

/** How long ended tokens are kept at least, in milliseconds: longer than any outstanding answer can take. */
const TOKENS_MS = 86_400_000;

/**
 * The retention periods, from the operator's settings.
 *
 * @param atoms `graceMs`: how long after its expiry a token leads to its successor, in milliseconds; it is kept at
 *   least as long
 */
export function retentionOf(
  { retentionMs, lostRetentionMs: lostMs }: { readonly retentionMs: number; readonly lostRetentionMs: number },
  { graceMs }: { readonly graceMs: number },
): Omit<Retention, 'irreparable'> {
  const factsMs = Math.max(retentionMs, graceMs);
  return { factsMs, tokensMs: Math.min(factsMs, Math.max(TOKENS_MS, graceMs)), lostMs };
}

/** The dependencies and limits of {@link Forgetting}. */
export interface ForgettingOptions {
  readonly store: Pick<UpkeepStore, 'forget'>;
  readonly clock: Clock;
  readonly retention: Retention;
}

/** Deletes history in small batches, with pauses in between, for as long as there is more of it. */
export class Forgetting {
  readonly #options: ForgettingOptions;
  /** Monotonic milliseconds. */
  #restsUntil: number;

  constructor(options: ForgettingOptions) {
    this.#options = options;
    this.#restsUntil = options.clock.monotonic();
  }

  /**
   * Deletes one batch, unless it is resting.
   *
   * @throws the store's error; it then rests as well
   */
  async round(): Promise<void> {
    const { store, clock, retention } = this.#options;
    if (clock.monotonic() < this.#restsUntil) return;
    this.#restFor(REST_MS.done);
    const forgotten = await store.forget(retention, BITE);
    if (forgotten.kind === 'elsewhere') this.#restFor(REST_MS.elsewhere);
    else if (forgotten.isMore) this.#restFor(0);
  }

  #restFor(ms: number): void {
    this.#restsUntil = this.#options.clock.monotonic() + ms;
  }
}
