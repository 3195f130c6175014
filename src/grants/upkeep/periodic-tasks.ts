import type { Clock } from '../clock.ts';
import type { GrantObserver } from '../observer.ts';

/** Work that comes round again and again. */
export interface PeriodicTask {
  /** What it does, for the operator who reads that it failed: `cannot ${name}`. */
  readonly name: string;
  readonly everyMs: number;
  readonly work: () => Promise<unknown>;
}

/** What a round of chores is made of. */
export interface PeriodicTasksOptions {
  readonly clock: Clock;
  readonly chores: readonly PeriodicTask[];
  /** Told of a chore that failed; it comes round again. */
  readonly observer: Pick<GrantObserver, 'failed'>;
}

/** A background loop: every chore at its own pace, none of them beside itself. */
export class PeriodicTasks implements AsyncDisposable {
  readonly #stops: (() => void)[] = [];
  readonly #running = new Map<Promise<void>, string>();

  /** Begins; every chore comes up for the first time after its own pace has passed once. */
  constructor({ clock, chores, observer }: PeriodicTasksOptions) {
    for (const { name, everyMs, work } of chores) {
      let isRunning = false;
      const turn = async () => {
        isRunning = true;
        try {
          await work();
        } catch (cause) {
          observer.failed(`cannot ${name}`, cause);
        } finally {
          isRunning = false;
        }
      };
      const tick = () => {
        if (isRunning) return;
        const running = turn().finally(() => this.#running.delete(running));
        this.#running.set(running, name);
      };
      this.#stops.push(clock.every(everyMs, tick));
    }
  }

  /** The names of those that run now. */
  get underWay(): string[] {
    return [...this.#running.values()];
  }

  /** Begins nothing more, and resolves when what runs has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#stops) stop();
    await Promise.allSettled(this.#running.keys());
  }
}
