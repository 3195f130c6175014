import type { Provider } from '../providers/provider.ts';
import type { Clock, Random } from './clock.ts';
import type { DueGrant, UpkeepStore } from './upkeep-store.ts';

/** What renewing ahead is made of. */
export interface RenewalsAheadOptions {
  readonly store: UpkeepStore;
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly random: Random;
  /** The share of a provider's limit that may be spent on this, from 0 to 1. */
  readonly share: number;
  /** Renews one grant and resolves when that is over, well or not. */
  readonly renew: (provider: Provider, due: DueGrant) => Promise<void>;
}

/** Assumed of a provider that publishes no limit, in requests a minute. */
const MODEST_LIMIT = 60;
/** Of one provider, so that a slow one holds little memory and few connections, and nothing of another's. */
const MOST_IN_FLIGHT = 8;
/** How much of the budget may be saved up, in milliseconds: little, so that nothing comes in bursts. */
const SAVED_MS = 4_000;
/** Several instances see the same work: each takes some of it by chance. */
const CHOICE = 8;
const LEAST_CHOICE = 32;

/** What one provider may still be asked, and is being asked. */
interface Budget {
  allowance: number;
  /** When the allowance was last added to, in epoch milliseconds. */
  at: number;
  /** Renewals begun, by their grants' ids. */
  readonly inFlight: Map<string, Promise<void>>;
}

/**
 * Renews what is due ahead of need, a little at a time. What all instances have asked within the last minute, callers'
 * exchanges first, is taken off a share of each provider's limit; those that look at the same moment may exceed it by a
 * round. It begins with nothing saved up, so that a restart is no stampede.
 */
export class RenewalsAhead {
  readonly #options: RenewalsAheadOptions;
  readonly #budgets = new Map<string, Budget>();

  constructor(options: RenewalsAheadOptions) {
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
    await Promise.allSettled([...this.#budgets.values()].flatMap(({ inFlight }) => [...inFlight.values()]));
  }

  async #roundOf(provider: Provider): Promise<number> {
    const { store, clock, share } = this.#options;
    const { realm } = provider;
    const perMinute = share * (provider.requestsPerMinute ?? MODEST_LIMIT);
    const budget = this.#earn(realm, perMinute);
    const room = Math.min(Math.floor(budget.allowance), MOST_IN_FLIGHT - budget.inFlight.size);
    if (room < 1) return 0;
    const { recentExchanges, throttledUntil = 0 } = await store.load(realm);
    if (throttledUntil > clock.now()) return 0;
    // Less than one a minute is earned over several minutes.
    const count = Math.min(room, Math.floor(Math.max(1, perMinute) - recentExchanges));
    if (count < 1) return 0;
    const due = await store.due(realm, Math.max(LEAST_CHOICE, count * CHOICE));
    const left = due.filter(({ grantId }) => !budget.inFlight.has(grantId));
    const chosen = this.#some(left, count);
    budget.allowance -= chosen.length;
    for (const each of chosen) this.#begin(provider, budget, each);
    return chosen.length;
  }

  #earn(realm: string, perMinute: number): Budget {
    const now = this.#options.clock.now();
    const budget = this.#budgets.get(realm) ?? { allowance: 0, at: now, inFlight: new Map<string, Promise<void>>() };
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

  #begin(provider: Provider, { inFlight }: Budget, due: DueGrant): void {
    const renewal = this.#options.renew(provider, due).finally(() => inFlight.delete(due.grantId));
    inFlight.set(due.grantId, renewal);
  }
}
