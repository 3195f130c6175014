import type { Provider } from '../../providers/provider.ts';
import { renewsUnread } from '../rules/next-step.ts';
import type { Clock, Random } from '../clock.ts';
import { standing, type PauseStore } from '../pacing/pause.ts';
import { leftForLapses, mostInFlight, perMinuteOf, SAVED_MS } from './upkeep-budget.ts';
import type { DueGrant, UpkeepStore } from '../storage/upkeep-store.ts';

/** The dependencies and limits of {@link ProactiveRenewal}. */
export interface ProactiveRenewalOptions {
  readonly store: UpkeepStore;
  readonly pauses: PauseStore;
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly random: Random;
  /** The share of a provider's limit that may be used for this, from 0 to 1. */
  readonly share: number;
  /** Renews one grant; resolves when that has ended, successfully or not. */
  readonly renew: (provider: Provider, due: DueGrant) => Promise<void>;
}

/**
 * Several instances see the same work, so each picks from a larger selection at random. Urgent work is picked almost in
 * order.
 */
const CHOICE = 8;
const LEAST_CHOICE = 32;
const CHOICE_OF_LAPSES = 2;

interface InFlight {
  readonly isLapse: boolean;
  readonly renewal: Promise<void>;
}

/** What one provider may still be asked, and what it is being asked now. */
interface Budget {
  allowance: number;
  /** When the allowance was last increased, in epoch milliseconds. */
  at: number;
  /** Renewals in flight, by grant id. */
  readonly inFlight: Map<string, InFlight>;
}

/**
 * Renews due credentials ahead of need, a few at a time: refresh tokens that would lapse, and with the remaining budget
 * access tokens in use. The budget is a share of each provider's limit, minus what all instances have asked within the
 * last minute, callers' exchanges included; half of it is reserved for refresh tokens. Instances that look at the same
 * moment may exceed it by one round. It starts with nothing saved up, so that a restart causes no stampede.
 */
export class ProactiveRenewal {
  readonly #options: ProactiveRenewalOptions;
  readonly #budgets = new Map<string, Budget>();

  constructor(options: ProactiveRenewalOptions) {
    this.#options = options;
  }

  /**
   * Starts as many renewals as the budget allows now.
   *
   * @returns how many renewals were started
   * @throws the store's error
   */
  async round(): Promise<number> {
    const begun = await Promise.all(this.#options.providers.map((provider) => this.#roundOf(provider)));
    return begun.reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when all started renewals have ended. */
  async landed(): Promise<void> {
    const inFlight = [...this.#budgets.values()].flatMap((budget) => [...budget.inFlight.values()]);
    await Promise.allSettled(inFlight.map(({ renewal }) => renewal));
  }

  async #roundOf(provider: Provider): Promise<number> {
    const { store, pauses, share } = this.#options;
    const { realm } = provider;
    const perMinute = perMinuteOf(provider, share);
    const budget = this.#earn(realm, perMinute);
    const { inFlight } = budget;
    const slots = mostInFlight(perMinute);
    const inFlightLapses = [...inFlight.values()].filter(({ isLapse }) => isLapse).length;
    const slotsForLapses = leftForLapses(slots, { used: inFlight.size, usedByLapses: inFlightLapses });
    if (budget.allowance < 1 || slotsForLapses < 1) return 0;
    const { pause, now } = await pauses.read(realm);
    if (standing(pause, now).kind === 'paused') return 0;
    const { recentExchanges, recentLapses } = await store.load(realm);
    // A budget below one per minute accumulates over several minutes.
    const all = Math.max(1, perMinute);
    const leftToLapses = leftForLapses(all, { used: recentExchanges, usedByLapses: recentLapses });
    const lapses = await this.#lapses(provider, budget, Math.min(budget.allowance, slotsForLapses, leftToLapses));
    for (const each of lapses) this.#begin(provider, budget, each, true);
    const left = Math.min(budget.allowance, slots - inFlight.size, all - recentExchanges - lapses.length);
    const others = await this.#due(provider, budget, left);
    for (const each of others) this.#begin(provider, budget, each, false);
    return lapses.length + others.length;
  }

  async #lapses(provider: Provider, { inFlight }: Budget, room: number): Promise<DueGrant[]> {
    const count = Math.floor(room);
    if (count < 1) return [];
    const choice = count * CHOICE_OF_LAPSES;
    const found = await this.#options.store.lapsing(provider.realm, choice + inFlight.size, !renewsUnread(provider));
    return this.#some(found.filter(({ grantId }) => !inFlight.has(grantId)).slice(0, choice), count);
  }

  async #due(provider: Provider, { inFlight }: Budget, room: number): Promise<DueGrant[]> {
    const count = Math.floor(room);
    if (count < 1) return [];
    const choice = Math.max(LEAST_CHOICE, count * CHOICE);
    const found = await this.#options.store.due(provider.realm, choice + inFlight.size, !renewsUnread(provider));
    return this.#some(found.filter(({ grantId }) => !inFlight.has(grantId)).slice(0, choice), count);
  }

  #earn(realm: string, perMinute: number): Budget {
    const now = this.#options.clock.now();
    const budget = this.#budgets.get(realm) ?? { allowance: 0, at: now, inFlight: new Map<string, InFlight>() };
    const perMs = perMinute / 60_000;
    const earned = Math.max(0, now - budget.at) * perMs;
    budget.allowance = Math.min(Math.max(1, SAVED_MS * perMs), budget.allowance + earned);
    budget.at = now;
    this.#budgets.set(realm, budget);
    return budget;
  }

  #some(due: DueGrant[], count: number): DueGrant[] {
    const chosen: DueGrant[] = [];
    while (chosen.length < count && due.length > 0) {
      chosen.push(...due.splice(Math.floor(this.#options.random() * due.length), 1));
    }
    return chosen;
  }

  #begin(provider: Provider, budget: Budget, due: DueGrant, isLapse: boolean): void {
    const { inFlight } = budget;
    budget.allowance -= 1;
    const renewal = this.#options.renew(provider, due).finally(() => inFlight.delete(due.grantId));
    inFlight.set(due.grantId, { isLapse, renewal });
  }
}
