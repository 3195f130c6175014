import { setTimeout as delay } from 'node:timers/promises';

/**
 * How long a new caller waits for the end of a read of the same that is under way, in milliseconds: for a crowd, this
 * saves many reads.
 */
const PATIENCE_MS = 50;

/**
 * Shares a read that has not started yet among all callers that ask for the same, so that no caller gets an answer
 * older than its question. While a read is under way, new callers gather for the next one.
 */
export class CoalescedReads<Result> {
  readonly #waiting = new Map<string, Promise<Result>>();
  readonly #underWay = new Map<string, Promise<unknown>>();

  /** @param read calls `begin` when it is about to read; later callers need another read */
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
