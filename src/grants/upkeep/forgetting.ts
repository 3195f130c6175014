import type { Clock } from '../clock.ts';
import type { Retention, UpkeepStore } from '../storage/upkeep-store.ts';

/** How often a bite is taken while there is more to forget, in milliseconds. */
export const BITE_EVERY_MS = 50;
/** How long it rests once nothing is left, and where another instance is at it: then it looks whether that one lives. In milliseconds. */
const REST_MS = { done: 60_000, elsewhere: 20_000 };
/** The most facts of a kind that a bite looks at: few enough to keep nobody waiting, and twice what a thousand refreshes a second leave. */
const BITE = 100;

/** How long ended tokens are kept at least: longer than any answer takes that may yet come. In milliseconds. */
const TOKENS_MS = 86_400_000;

/**
 * How long what is kept, given what the operator has set.
 *
 * @param atoms for how long, after its end, a token finds its successor, in milliseconds: until then it must be found
 */
export function retentionOf(
  { retentionMs, lostRetentionMs: lostMs }: { readonly retentionMs: number; readonly lostRetentionMs: number },
  { graceMs }: { readonly graceMs: number },
): Omit<Retention, 'irreparable'> {
  const factsMs = Math.max(retentionMs, graceMs);
  return { factsMs, tokensMs: Math.min(factsMs, Math.max(TOKENS_MS, graceMs)), lostMs };
}

/** What forgetting is made of. */
export interface ForgettingOptions {
  readonly store: Pick<UpkeepStore, 'forget'>;
  readonly clock: Clock;
  readonly retention: Retention;
}

/** Forgets history in small bites, with pauses, for as long as there is more of it. */
export class Forgetting {
  readonly #options: ForgettingOptions;
  /** By the clock that nobody sets, in milliseconds. */
  #restsUntil: number;

  constructor(options: ForgettingOptions) {
    this.#options = options;
    this.#restsUntil = options.clock.monotonic();
  }

  /**
   * Takes one bite, unless it rests.
   *
   * @throws the store's error; then it rests as well
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
