import type { Provider } from '../../providers/provider.ts';
import type { Clock, Random } from '../clock.ts';
import { standing, type PauseStore } from '../pacing/pause.ts';
import { leftForLapses, mostInFlight, perMinuteOf, SAVED_MS } from './upkeep-budget.ts';
import type { DueGrant, UpkeepStore } from '../storage/upkeep-store.ts';

/** What renewing ahead is made of. */
export interface ProactiveRenewalOptions {
  readonly store: UpkeepStore;
  readonly pauses: PauseStore;
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly random: Random;
  /** The share of a provider's limit that may be spent on this, from 0 to 1. */
  readonly share: number;
  /** Renews one grant and resolves when that is over, well or not. */
  readonly renew: (provider: Provider, due: DueGrant) => Promise<void>;
}

/** Several instances see the same work: each takes some of it by chance, but what can't wait nearly in order. */
const CHOICE = 8;
const LEAST_CHOICE = 32;
const CHOICE_OF_LAPSES = 2;

interface InFlight {
  readonly isLapse: boolean;
  readonly renewal: Promise<void>;
}

/** What one provider may still be asked, and is being asked. */
interface Budget {
  allowance: number;
  /** When the allowance was last added to, in epoch milliseconds. */
  at: number;
  /** Renewals begun, by their grants' ids. */
  readonly inFlight: Map<string, InFlight>;
}

/**
 * Renews what is due ahead of need, a little at a time: refresh tokens that would lapse, and with what those leave access
 * tokens in use. What all instances have asked within the last minute, callers' exchanges first, is taken off a share of
 * each provider's limit, but for the half that is kept for refresh tokens; those that look at the same moment may exceed it
 * by a round. It begins with nothing saved up, so that a restart is no stampede.
 */
export class ProactiveRenewal {
  readonly #options: ProactiveRenewalOptions;
  readonly #budgets = new Map<string, Budget>();

  constructor(options: ProactiveRenewalOptions) {
    this.#options = options;
  }

  /**
   * Begins what the budget allows now.
   *
   * @returns how many renewals were begun
   */
  async round(): Promise<number> {
    const begun = await Promise.all(this.#options.providers.map((provider) => this.#roundOf(provider)));
    return begun.reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when everything begun is over. */
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
    // Less than one a minute is earned over several minutes.
    const all = Math.max(1, perMinute);
    const leftToLapses = leftForLapses(all, { used: recentExchanges, usedByLapses: recentLapses });
    const lapses = await this.#lapses(realm, budget, Math.min(budget.allowance, slotsForLapses, leftToLapses));
    for (const each of lapses) this.#begin(provider, budget, each, true);
    const left = Math.min(budget.allowance, slots - inFlight.size, all - recentExchanges - lapses.length);
    const others = await this.#due(realm, budget, left);
    for (const each of others) this.#begin(provider, budget, each, false);
    return lapses.length + others.length;
  }

  async #lapses(realm: string, { inFlight }: Budget, room: number): Promise<DueGrant[]> {
    const count = Math.floor(room);
    if (count < 1) return [];
    const choice = count * CHOICE_OF_LAPSES;
    const found = await this.#options.store.lapsing(realm, choice + inFlight.size);
    return this.#some(found.filter(({ grantId }) => !inFlight.has(grantId)).slice(0, choice), count);
  }

  async #due(realm: string, { inFlight }: Budget, room: number): Promise<DueGrant[]> {
    const count = Math.floor(room);
    if (count < 1) return [];
    const choice = Math.max(LEAST_CHOICE, count * CHOICE);
    const found = await this.#options.store.due(realm, choice + inFlight.size);
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
