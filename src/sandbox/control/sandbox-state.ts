import { setImmediate as immediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Fake } from './fake.ts';
import { FaultList } from './fault-list.ts';
import { waitingFault } from './fault-schema.ts';
import { Journal } from './journal.ts';
import { StateFile } from './state-file.ts';

const savedState = z.object({
  sandbox: z.string(),
  version: z.literal(1),
  clock_offset_ms: z.number(),
  settings: z.record(z.string(), z.unknown()),
  faults: z.array(waitingFault),
  state: z.unknown(),
});

/** Everything a sandbox remembers: the fake's state, its settings and clock, faults and journal. */
export class SandboxState {
  readonly fake: Fake;
  readonly faults = new FaultList();
  readonly journal: Journal;
  readonly #file: StateFile | undefined;
  #changed = true;
  #saving: Promise<void> | undefined;

  constructor(fake: Fake, path?: string) {
    this.fake = fake;
    this.#file = path === undefined ? undefined : new StateFile(path);
    const saved = this.#file?.load();
    if (saved !== undefined) this.#restore(saved);
    this.journal = new Journal(path === undefined ? undefined : `${path}.journal`);
    this.#save();
  }

  /** Records a change outside the fake's own state: a setting, a fault, the clock. */
  touch(): void {
    this.#changed = true;
  }

  /**
   * Writes the state if it changed. Await this before a response that may reveal the change. Requests handled in the
   * same turn of the event loop share one write.
   */
  saved(): Promise<void> {
    this.#saving ??= this.#saveSoon();
    return this.#saving;
  }

  /** Restores the initial state. */
  reset(): void {
    this.fake.clock.restore(0);
    this.fake.settings.reset();
    this.fake.reset();
    this.faults.clear();
    this.journal.clear();
    this.touch();
  }

  async #saveSoon(): Promise<void> {
    await immediate();
    this.#saving = undefined;
    this.#save();
  }

  #save(): void {
    if (this.#file === undefined) return;
    if (this.fake.takeChanged()) this.#changed = true;
    if (!this.#changed) return;
    this.#file.save({
      sandbox: this.fake.kind,
      version: 1,
      clock_offset_ms: this.fake.clock.offset,
      settings: this.fake.settings.values,
      faults: this.faults.waiting,
      state: this.fake.snapshot(),
    });
    this.#changed = false;
  }

  #restore(saved: unknown): void {
    const path = this.#file?.path ?? '';
    try {
      const state = savedState.parse(saved);
      if (state.sandbox !== this.fake.kind) throw new Error(`it belongs to the ${state.sandbox} sandbox`);
      this.fake.clock.restore(state.clock_offset_ms);
      this.fake.settings.change(state.settings);
      this.faults.restore(state.faults);
      this.fake.restore(state.state);
    } catch (cause) {
      throw new Error(
        `The file ${path} is not a state of the ${this.fake.kind} sandbox; move it away to start afresh.`,
        {
          cause,
        },
      );
    }
  }
}
