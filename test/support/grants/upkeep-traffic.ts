import type { Pause } from '../../../src/grants/pacing/pause.ts';
import type { DueGrant, Forgotten, RealmLoad, UpkeepStore } from '../../../src/grants/storage/upkeep-store.ts';
import type { ProactiveRenewal } from '../../../src/grants/upkeep/proactive-renewal.ts';
import { MemoryPauses } from '../memory-store/memory-pauses.ts';
import type { TestClock } from '../stores/test-clock.ts';
import { MINUTE_MS } from './facts.ts';

/** How often upkeep comes round, in milliseconds. */
export const ROUND_MS = 2_000;

/** An exchange, and whether it saved a refresh token. */
interface Opened {
  readonly at: number;
  readonly isLapse: boolean;
}

const PAUSED: Pause = {
  strikes: 3,
  struckGrantId: 'any',
  askedUntil: 0,
  since: 0,
  until: 0,
  count: 1,
  probeUntil: 0,
  resumedAt: 0,
};

/** What all instances have in common: the work, and a record of who asked the providers when. */
export class Traffic implements UpkeepStore {
  readonly #clock: TestClock;
  readonly #due = new Map<string, Map<string, DueGrant>>();
  readonly #lapsing = new Map<string, Map<string, DueGrant>>();
  readonly #opened = new Map<string, Opened[]>();
  readonly pauses: MemoryPauses;
  /** How often anything was read. */
  reads = 0;
  /** The most exchanges that any minute of a realm has seen once upkeep had opened one more. */
  readonly busiest = new Map<string, number>();
  readonly renewed: string[] = [];

  constructor(clock: TestClock) {
    this.#clock = clock;
    this.pauses = new MemoryPauses(() => clock.now());
  }

  /** Adds so many grants that are due, under names of their own. */
  add(realm: string, count: number): void {
    const due = this.#due.get(realm) ?? new Map<string, DueGrant>();
    for (let exchangeId = 0; exchangeId < count; exchangeId++) {
      const name = `${realm}-${exchangeId}`;
      due.set(name, { grantId: name, subject: name, exchangeId });
    }
    this.#due.set(realm, due);
  }

  /** Adds so many grants whose refresh token is about to lapse. */
  addLapsing(realm: string, count: number): void {
    const names = Array.from({ length: count }, (_, exchangeId) => ({
      name: `${realm}-lapsing-${exchangeId}`,
      exchangeId,
    }));
    this.#lapsing.set(
      realm,
      new Map(names.map(({ name, exchangeId }) => [name, { grantId: name, subject: name, exchangeId }])),
    );
  }

  /** Has the provider ask to be left alone for so long, by answers to enough grants. */
  async pause(realm: string, ms: number): Promise<void> {
    const until = this.#clock.now() + ms;
    const pause: Pause = { ...PAUSED, until };
    await this.pauses.change(realm, () => pause);
  }

  /** A caller's exchange. */
  callerAsks(realm: string): void {
    this.#openedIn(realm).push({ at: this.#clock.now(), isLapse: false });
  }

  /** An exchange of upkeep; the grant is due no longer. */
  renew(realm: string, { grantId }: DueGrant): void {
    const opened = this.#openedIn(realm);
    const isLapse = this.#lapsing.get(realm)?.delete(grantId) === true;
    opened.push({ at: this.#clock.now(), isLapse });
    this.renewed.push(grantId);
    this.#due.get(realm)?.delete(grantId);
    this.busiest.set(realm, Math.max(this.busiest.get(realm) ?? 0, this.#recent(realm).length));
  }

  noteUsed(): Promise<void> {
    return Promise.resolve();
  }

  load(realm: string): Promise<RealmLoad> {
    this.reads++;
    const recent = this.#recent(realm);
    return Promise.resolve({
      recentExchanges: recent.length,
      recentLapses: recent.filter(({ isLapse }) => isLapse).length,
    });
  }

  due(realm: string, limit: number): Promise<DueGrant[]> {
    this.reads++;
    return Promise.resolve([...(this.#due.get(realm)?.values().take(limit) ?? [])]);
  }

  lapsing(realm: string, limit: number): Promise<DueGrant[]> {
    return Promise.resolve([...(this.#lapsing.get(realm)?.values().take(limit) ?? [])]);
  }

  noteLapsed(): Promise<[]> {
    return Promise.resolve([]);
  }

  noteExpiring(): Promise<[]> {
    return Promise.resolve([]);
  }

  lapses(): Promise<{ ending: []; missed: number }> {
    return Promise.resolve({ ending: [], missed: 0 });
  }

  noteRealms(): Promise<void> {
    return Promise.resolve();
  }

  forget(): Promise<Forgotten> {
    return Promise.resolve({ kind: 'forgotten', count: 0, isMore: false });
  }

  #openedIn(realm: string): Opened[] {
    const opened = this.#opened.get(realm) ?? [];
    this.#opened.set(realm, opened);
    return opened;
  }

  #recent(realm: string): Opened[] {
    const since = this.#clock.now() - MINUTE_MS;
    const recent = this.#openedIn(realm).filter(({ at }) => at > since);
    this.#opened.set(realm, recent);
    return recent;
  }
}

/** Lets instances come round for so long, each a part of a round after the one before; `meanwhile` once a second. */
export async function runFor(
  clock: TestClock,
  instances: readonly ProactiveRenewal[],
  ms: number,
  meanwhile: () => void = () => undefined,
): Promise<void> {
  const stepMs = ROUND_MS / Math.max(2, instances.length);
  for (let step = 0; step * stepMs < ms; step++) {
    await clock.advance(stepMs);
    await instances[step % Math.max(2, instances.length)]?.round();
    if (Math.floor(((step + 1) * stepMs) / 1000) > Math.floor((step * stepMs) / 1000)) meanwhile();
  }
}
