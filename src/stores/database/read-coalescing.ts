import { setTimeout as delay } from 'node:timers/promises';

/** How long whoever wants what is just being read waits for its end, in milliseconds: for a crowd this is many reads less. */
const PATIENCE_MS = 50;

/**
 * Reads that have not begun yet are shared by all who ask for the same: what is read is then not older than anybody's
 * question. While one is under way, those who come gather for the next.
 */
export class CoalescedReads<Result> {
  readonly #waiting = new Map<string, Promise<Result>>();
  readonly #underWay = new Map<string, Promise<unknown>>();

  /** @param read calls `begin` when it is about to read; whoever comes later needs a read of his own */
  join(key: string, read: (begin: () => void) => Promise<Result>): Promise<Result> {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return waiting;
    const underWay = this.#underWay.get(key);
    const state = { hasBegun: false };
    const begin = () => {
      if (state.hasBegun) return;
      state.hasBegun = true;
      this.#waiting.delete(key);
    };
    const started = underWay === undefined ? read(begin) : endedOrSlow(underWay).then(() => read(begin));
    const reading = started.finally(() => {
      begin();
      if (this.#underWay.get(key) === reading) this.#underWay.delete(key);
    });
    if (!state.hasBegun) this.#waiting.set(key, reading);
    this.#underWay.set(key, reading);
    return reading;
  }
}

async function endedOrSlow(read: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const slow = delay(PATIENCE_MS, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([read.catch(() => undefined), slow]);
  over.abort();
}
