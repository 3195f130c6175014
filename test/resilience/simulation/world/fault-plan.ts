import type { Fault, Phase, Port } from './faults.ts';

/** The faults that a schedule still has in store. */
export class FaultPlan {
  readonly #faults: readonly Fault[];
  readonly #calls = new Map<Port, number>();
  readonly #refusals: { readonly port: Port; readonly phase: Phase; left: number }[] = [];
  #isOver = false;

  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
  }

  /** Counts one more call through a port; tells which it is, from 1. */
  count(port: Port): number {
    const nth = (this.#calls.get(port) ?? 0) + 1;
    this.#calls.set(port, nth);
    return nth;
  }

  /** What goes wrong with the `nth` call through a port, in this phase. */
  meet(port: Port, nth: number, phase: Phase): readonly Fault[] {
    if (this.#isOver) return [];
    const met = this.#faults.filter((fault) => fault.port === port && fault.nth === nth && fault.phase === phase);
    for (const fault of met) {
      if (fault.what === 'refuse') this.#refusals.push({ port, phase, left: fault.times });
    }
    return met;
  }

  /** Whether this call is refused, in this phase; uses one refusal up. */
  isRefused(port: Port, phase: Phase): boolean {
    const refusal = this.#refusals.find((each) => each.port === port && each.phase === phase && each.left > 0);
    if (refusal === undefined || this.#isOver) return false;
    refusal.left -= 1;
    return true;
  }

  /** From now on nothing goes wrong. */
  end(): void {
    this.#isOver = true;
  }
}
