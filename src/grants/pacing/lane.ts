import type { Clock } from '../clock.ts';
import { afterClaim, standing, type Pause, type PauseReading, type PauseStore } from './pause.ts';

/** The dependencies and limits of a {@link Lane}. */
export interface LaneOptions {
  readonly pauses: PauseStore;
  readonly clock: Clock;
  readonly realm: string;
  /** How many recently admitted callers may be inside at once; see `COUNTED_MS`. */
  readonly mostAtOnce: number;
  /** True once the process is shutting down: nobody waits any longer. */
  readonly closing: () => boolean;
}

/** Permission to ask the provider. */
export interface Admitted {
  readonly kind: 'admitted';
  /** True for the one caller that tests whether the provider answers again. */
  readonly isProbe: boolean;
  /** Lets the next caller in. Calling it again does nothing. */
  leave(): void;
}

/** The provider is paused for `forMs` milliseconds, or the process is shutting down. */
export type TurnedAway = { readonly kind: 'paused'; readonly forMs: number } | { readonly kind: 'closing' };

interface Waiter {
  readonly resolve: (way: Admitted | TurnedAway) => void;
  readonly reject: (cause: unknown) => void;
}

type Change = (pause: Pause | undefined, now: number) => Pause | undefined;

/** A caller that has been inside for longer, in milliseconds, no longer counts: slow calls must not keep others out. */
const COUNTED_MS = 250;
/** The maximum age of a reading of the pause, and how often waiting callers look again, in milliseconds. */
const FRESH_MS = 250;
const LOOK_MS = 50;

/** One process's queue for one provider: admits callers in order, up to the allowed number at once. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #waiting: Waiter[] = [];
  /** When each caller was admitted, in epoch milliseconds. */
  readonly #inside = new Set<{ readonly at: number }>();
  #reading: PauseReading & { readonly at: number };
  /** Counts updates, so that a slow reading does not overwrite later news. */
  #news = 0;
  #isAdmitting = false;
  #wake: () => void = () => undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#reading = { pause: undefined, now: 0, at: -Infinity };
  }

  /**
   * Waits for admission.
   *
   * @throws the store's error
   */
  enter(): Promise<Admitted | TurnedAway> {
    const { promise, resolve, reject } = Promise.withResolvers<Admitted | TurnedAway>();
    this.#waiting.push({ resolve, reject });
    void this.#admitAll();
    return promise;
  }

  /**
   * Changes the realm's pause. The change takes effect in this process at once, however slow the database is: the next
   * caller must not ask a provider that has just refused.
   *
   * @throws the store's error
   */
  async change(next: Change): Promise<void> {
    const { pauses, realm } = this.#options;
    const now = this.#now();
    this.#learn({ pause: next(this.#reading.pause, now), now });
    this.#learn(await pauses.change(realm, next));
    this.#wake();
  }

  async #admitAll(): Promise<void> {
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    try {
      while (this.#waiting.length > 0) {
        if (this.#options.closing()) this.#turnAway({ kind: 'closing' });
        else await this.#admitSome();
        if (this.#waiting.length > 0) await this.#awaitNews();
      }
    } catch (cause) {
      for (const { reject } of this.#waiting.splice(0)) reject(cause);
    } finally {
      this.#isAdmitting = false;
    }
  }

  async #admitSome(): Promise<void> {
    const { mostAtOnce } = this.#options;
    await this.#read();
    const how = standing(this.#reading.pause, this.#now());
    if (how.kind === 'paused') this.#turnAway(how);
    else if (how.kind !== 'probing') this.#fill(how.kind === 'open' ? mostAtOnce : Math.floor(mostAtOnce * how.share));
    else if (!how.isTaken && (await this.#claim())) this.#letIn(true);
  }

  /** Admits as many callers as there is room for, and at least one if nobody is inside. */
  #fill(mostAtOnce: number): void {
    const now = this.#options.clock.now();
    const counted = [...this.#inside].filter(({ at }) => Math.abs(now - at) < COUNTED_MS).length;
    for (let room = Math.max(1, mostAtOnce) - counted; room > 0 && this.#waiting.length > 0; room--) this.#letIn(false);
  }

  #letIn(isProbe: boolean): void {
    const one = { at: this.#options.clock.now() };
    this.#inside.add(one);
    const leave = () => {
      if (this.#inside.delete(one)) this.#wake();
    };
    this.#waiting.shift()?.resolve({ kind: 'admitted', isProbe, leave });
  }

  #turnAway(way: TurnedAway): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve(way);
  }

  /** Claims the probe; only one of all instances gets it. */
  async #claim(): Promise<boolean> {
    const { pauses, realm } = this.#options;
    let isOurs = false;
    const reading = await pauses.change(realm, (pause, now) => {
      const claimed = afterClaim(pause, now);
      isOurs = claimed !== pause;
      return claimed;
    });
    this.#learn(reading);
    return isOurs;
  }

  async #read(): Promise<void> {
    const { pauses, realm, clock } = this.#options;
    const age = clock.now() - this.#reading.at;
    if (age >= 0 && age < FRESH_MS) return;
    const news = this.#news;
    const reading = await pauses.read(realm);
    if (news === this.#news) this.#learn(reading);
  }

  #learn({ pause, now }: PauseReading): void {
    this.#news += 1;
    this.#reading = { pause, now, at: this.#options.clock.now() };
  }

  /** The database's time in epoch milliseconds, as far as this process can tell. */
  #now(): number {
    const { now, at } = this.#reading;
    const here = this.#options.clock.now();
    return at === -Infinity ? here : now + (here - at);
  }

  async #awaitNews(): Promise<void> {
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([woken, this.#options.clock.sleep(LOOK_MS, over.signal)]);
    over.abort();
  }
}
