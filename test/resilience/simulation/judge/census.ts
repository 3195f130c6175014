import type { Fault } from '../world/faults.ts';

/** What was seen in one schedule, so that nobody can claim a simulation without crashes. */
export class Census {
  readonly #seen = new Map<string, number>();
  /** Faults, weighed by how many more questions each may cost. */
  weight = 0;
  #lowest = 0;
  #highest = 0;

  /** Notes that something happened. */
  see(what: string): void {
    this.#seen.set(what, (this.#seen.get(what) ?? 0) + 1);
  }

  struck(fault: Fault): void {
    this.see(`fault: ${fault.what}`);
    // After a reversion, each instance may present what is spent, and wait for what the database forgot.
    this.weight += fault.what === 'outage' || fault.what === 'revert' ? 8 : 1;
  }

  /** Notes how far a wall clock is off, in milliseconds. */
  skew(offsetMs: number): void {
    this.#lowest = Math.min(this.#lowest, offsetMs);
    this.#highest = Math.max(this.#highest, offsetMs);
  }

  /** The farthest that two clocks have ever been apart, in milliseconds. */
  get skewMs(): number {
    return this.#highest - this.#lowest;
  }

  get isUndisturbed(): boolean {
    return this.weight === 0;
  }

  get seen(): ReadonlyMap<string, number> {
    return this.#seen;
  }
}

/** Adds up what many schedules saw: in how many of them each thing occurred. */
export class Tally {
  schedules = 0;
  steps = 0;
  readonly #schedulesWith = new Map<string, number>();

  add(census: Census, steps: number): void {
    this.schedules += 1;
    this.steps += steps;
    for (const what of census.seen.keys()) {
      this.#schedulesWith.set(what, (this.#schedulesWith.get(what) ?? 0) + 1);
    }
    if (census.isUndisturbed) this.#schedulesWith.set('undisturbed', this.in('undisturbed') + 1);
  }

  static fromJSON({ schedules, steps, seen }: ReturnType<Tally['toJSON']>): Tally {
    const tally = new Tally();
    tally.schedules = schedules;
    tally.steps = steps;
    for (const [what, count] of seen) tally.#schedulesWith.set(what, count);
    return tally;
  }

  toJSON() {
    return { schedules: this.schedules, steps: this.steps, seen: [...this.#schedulesWith] };
  }

  /** The number of schedules in which this occurred. */
  in(what: string): number {
    return this.#schedulesWith.get(what) ?? 0;
  }

  /** In one line, most frequent first. */
  toString(): string {
    const sorted = [...this.#schedulesWith].sort((one, other) => other[1] - one[1]);
    return sorted.map(([what, count]) => `${what} ${count}`).join(', ');
  }
}
