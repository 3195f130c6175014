import type { Keeper } from '../../../../src/grants/keeper/keeper.ts';
import { NO_OBSERVER, type GrantObserver } from '../../../../src/grants/observer.ts';
import { Providers } from '../../../../src/grants/providers.ts';
import { BOUNDS, CALLER_WAIT_MS } from './bounds.ts';
import type { Heart } from '../heart.ts';
import type { Judge } from '../judge/judge.ts';
import { MemoryPauses } from '../../../support/memory-store/memory-pauses.ts';
import type { MemoryStore } from '../../../support/memory-store/memory-store.ts';
import { processProvider } from './process-provider.ts';
import { processRescue } from './process-rescue.ts';
import { processStore, processUnread } from './process-store.ts';
import { Process } from './process.ts';
import type { Surroundings } from './surroundings.ts';

const REPLAY_MS = 30_000;
const REREAD_MS = 5_000;

/** An instance that takes calls. */
export interface Instance {
  readonly process: Process;
  readonly keeper: Keeper;
  /** Reads again what could not be read. */
  readonly reread: () => void;
}

/** All instances that there are and were, over one database. */
export class Fleet {
  readonly #at: Surroundings;
  readonly #heart: Heart;
  readonly #judge: () => Judge;
  readonly #processes = new Map<string, Process>();
  readonly #instances: (Instance | undefined)[] = [];
  readonly #outage = { until: 0 };
  readonly #pauses: MemoryPauses;
  #failure: unknown;

  constructor(at: Surroundings, heart: Heart, judge: () => Judge) {
    this.#at = at;
    this.#heart = heart;
    this.#judge = judge;
    this.#pauses = new MemoryPauses(() => at.scheduler.now);
  }

  /** The instance of this slot; undefined while it is down or starting. */
  instance(slot: number): Instance | undefined {
    const instance = this.#instances[slot % this.#at.scenario.instances];
    return instance?.process.isDead === true ? undefined : instance;
  }

  isAlive(holder: string): boolean {
    return this.#processes.get(holder)?.isDead === false;
  }

  /** Notes a violation seen inside an instance, where throwing would go unheard. */
  fail(violation: unknown): void {
    this.#failure ??= violation;
  }

  /** Throws what went wrong inside one of the instances, if anything did. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** Starts what runs from the beginning. */
  startAll(): void {
    for (let slot = 0; slot < this.#at.scenario.instances; slot++) this.start(slot, this.#machine(slot));
  }

  /** Starts an instance the way the product does: what the dead left open is closed, what was rescued is stored. */
  start(slot: number, machine: string): void {
    const at = this.#at;
    const holder = `${machine}:${this.#processes.size + 1}`;
    const process = new Process({ slot, machine, holder, scheduler: at.scheduler, offsetMs: 0 });
    this.#processes.set(holder, process);
    const memoryStore = this.store(process);
    memoryStore.closeExchangesOfDeadProcesses();
    at.changed();
    const store = processStore(at, process, memoryStore);
    const rescue = processRescue(at, process, this.#folder(slot));
    const guarded = (work: () => void) => {
      if (process.isDead) return;
      try {
        work();
      } catch (error) {
        this.fail(error);
      }
    };
    const observer: GrantObserver = {
      ...NO_OBSERVER,
      recorded: (event) => {
        guarded(() => {
          this.#judge().told(event);
        });
      },
      failed: (what) => {
        at.note(() => `${holder} reports: ${what}`);
      },
    };
    const provider = processProvider(at, process, this.#outage);
    const keeper = new this.#heart.Keeper({
      store,
      providers: new Providers([provider]),
      clock: process.clock,
      random: at.random,
      bounds: BOUNDS,
      pauses: this.#pauses,
      rescue,
      callerWaitMs: CALLER_WAIT_MS,
      observer,
    });
    const replay = () =>
      this.#heart.replayRescued({ rescue, store, clock: process.clock, observer }).then(
        (count) => {
          if (count > 0) at.census.see('replayed');
        },
        () => undefined,
      );
    const unread = processUnread(at, process, memoryStore);
    const rereadAll = async () => {
      const tried = this.#heart.reread({ store, unread, observer }, provider);
      while ((await tried.next()).done !== true) at.census.see('read again');
    };
    const reread = () => {
      rereadAll().catch(() => undefined);
    };
    const isEmpty = () => at.folders.get(this.#folder(slot))?.size === 0;
    const open = () => {
      if (!process.isDead) this.#instances[slot] = { process, keeper, reread };
    };
    if (isEmpty()) open();
    else void replay().then(open);
    process.clock.every(REPLAY_MS, () => {
      if (!isEmpty()) void replay();
    });
  }

  /** Kills an instance; another takes its place after a while. */
  crash(process: Process, downMs: number, isMoved: boolean): void {
    process.die();
    const { scheduler, census, memory } = this.#at;
    const isHolding = memory.exchanges.some((row) => row.holder === process.holder && row.finishedAt === undefined);
    if (isHolding) census.see(isMoved ? 'crash in flight, moved' : 'crash in flight');
    scheduler.in(downMs, () => {
      this.start(process.slot, isMoved ? `${process.machine}'` : process.machine);
    });
  }

  /** Has the instance of this slot, if it is up, read again what could not be read. */
  reread(slot: number): void {
    this.instance(slot)?.reread();
  }

  /** Has every instance do that now and then from now on. */
  rereadFromNowOn(): void {
    for (let slot = 0; slot < this.#at.scenario.instances; slot++) this.reread(slot);
    this.#at.scheduler.in(REREAD_MS, () => {
      this.rereadFromNowOn();
    });
  }

  /** Lets every instance go on and its clock be right. */
  calm(): void {
    for (const process of this.#processes.values()) {
      process.wake();
      process.offsetMs = 0;
    }
    this.#outage.until = 0;
  }

  /** The facts as one process writes them, without a way there. */
  store(process: Process): MemoryStore {
    const { memory } = this.#at;
    return new this.#heart.MemoryStore({
      memory,
      bounds: BOUNDS,
      now: () => process.clock.now(),
      monotonic: () => process.clock.monotonic(),
      databaseNow: () => this.#at.databaseNow(),
      holder: process.holder,
      isDead: (holder) => {
        const other = this.#processes.get(holder);
        return other?.machine === process.machine && other.isDead;
      },
      hash: (token) => token.reveal(),
    });
  }

  #machine(slot: number): string {
    return this.#at.scenario.machines === 'one' ? 'm0' : `m${slot}`;
  }

  /** A disk goes where its instance goes; instances of one machine share it. */
  #folder(slot: number): string {
    return this.#machine(slot);
  }
}
