import type { Pause, PauseReading, PauseStore } from '../../../src/grants/pacing/pause.ts';

/** Pauses as plain facts that several instances share. */
export class MemoryPauses implements PauseStore {
  readonly #pauses = new Map<string, Pause>();
  readonly #now: () => number;

  /** @param now the database's clock, in epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  read(realm: string): Promise<PauseReading> {
    return Promise.resolve({ pause: this.#pauses.get(realm), now: this.#now() });
  }

  change(realm: string, next: (pause: Pause | undefined, now: number) => Pause | undefined): Promise<PauseReading> {
    const now = this.#now();
    const pause = next(this.#pauses.get(realm), now);
    if (pause === undefined) this.#pauses.delete(realm);
    else this.#pauses.set(realm, pause);
    return Promise.resolve({ pause, now });
  }
}
