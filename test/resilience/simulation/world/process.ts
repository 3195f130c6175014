import type { Clock } from '../../../../src/grants/clock.ts';
import type { Planned, Scheduler } from './scheduler.ts';

/**
 * One running instance. What the world has for it comes through `deliver`: a stopped process gets it when it goes on, a
 * dead one never does, so that whatever it was in the middle of stays undone.
 */
export class Process {
  readonly slot: number;
  readonly machine: string;
  readonly holder: string;
  readonly clock: Clock;
  /** How far its wall clock is ahead of true time, in milliseconds. */
  offsetMs = 0;
  /** When it last learned from the database that nothing is left; by true time. */
  notedAt = 0;
  /** When it last read who holds the grant and what may yet take effect; by true time. */
  claimsReadAt = 0;
  readonly #scheduler: Scheduler;
  readonly #backlog: (() => void)[] = [];
  #state: 'running' | 'paused' | 'dead' = 'running';
  #waking: Planned | undefined;

  constructor(options: { slot: number; machine: string; holder: string; scheduler: Scheduler; offsetMs: number }) {
    this.slot = options.slot;
    this.machine = options.machine;
    this.holder = options.holder;
    this.offsetMs = options.offsetMs;
    this.#scheduler = options.scheduler;
    this.clock = {
      now: () => this.#scheduler.now + this.offsetMs,
      monotonic: () => this.#scheduler.now,
      sleep: (ms, signal) => this.#sleep(ms, signal),
      every: (ms, tick) => this.#every(ms, tick),
    };
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
  }

  /** Runs this inside the process, now or when it goes on. */
  deliver(run: () => void): void {
    if (this.#state === 'running') run();
    else if (this.#state === 'paused') this.#backlog.push(run);
  }

  die(): void {
    this.#state = 'dead';
    this.#backlog.length = 0;
    this.#waking?.cancel();
  }

  /** Stops it for `ms` milliseconds, or as much longer as it was to be stopped anyway. */
  pause(ms: number): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#waking = this.#scheduler.in(ms, () => {
      this.wake();
    });
  }

  /** Lets it go on; what came meanwhile comes in an order drawn by chance. */
  wake(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    for (const run of this.#backlog.splice(0)) {
      this.#scheduler.in(0, () => {
        this.deliver(run);
      });
    }
  }

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const planned = this.#scheduler.in(ms, () => {
        this.deliver(resolve);
      });
      signal?.addEventListener('abort', () => {
        planned.cancel();
        resolve();
      });
    });
  }

  #every(ms: number, tick: () => void): () => void {
    let planned: Planned | undefined;
    let isStopped = false;
    const arm = () => {
      planned = this.#scheduler.in(ms, () => {
        this.deliver(() => {
          if (isStopped) return;
          arm();
          tick();
        });
      });
    };
    arm();
    return () => {
      isStopped = true;
      planned?.cancel();
    };
  }
}
