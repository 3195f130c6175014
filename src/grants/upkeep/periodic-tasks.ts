import type { Clock } from '../clock.ts';
import type { GrantObserver } from '../observer.ts';

/** Work that is repeated at a fixed interval. */
export interface PeriodicTask {
  /** What the task does, as it reads in the operator's log: `cannot ${name}`. */
  readonly name: string;
  readonly everyMs: number;
  readonly work: () => Promise<unknown>;
}

/** Configures {@link PeriodicTasks}. */
export interface PeriodicTasksOptions {
  readonly clock: Clock;
  readonly chores: readonly PeriodicTask[];
  /** Notified when a task fails; the task runs again at its next turn. */
  readonly observer: Pick<GrantObserver, 'failed'>;
}

/** A background loop: every task runs at its own interval, and never twice at once. */
export class PeriodicTasks implements AsyncDisposable {
  readonly #stops: (() => void)[] = [];
  readonly #running = new Map<Promise<void>, string>();

  /** Starts the loop. Each task runs for the first time after one interval. */
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

  /** The names of the tasks that are running now. */
  get underWay(): string[] {
    return [...this.#running.values()];
  }

  /** Starts no more tasks, and resolves when the running ones have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#stops) stop();
    await Promise.allSettled(this.#running.keys());
  }
}
