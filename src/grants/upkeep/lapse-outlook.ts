import type { Provider } from '../../providers/provider.ts';
import { leftForLapses, perMinuteOf } from './upkeep-budget.ts';
import type { UpkeepStore } from '../storage/upkeep-store.ts';

/** What becomes of a provider's refresh tokens, for an operator who wonders. */
export interface LapseOutlook {
  readonly provider: string;
  /** How many end within the next day unless upkeep exchanges them. */
  readonly ending: number;
  /** How many of these it cannot come to in time, at the budget that callers leave it now. */
  readonly unsaved: number;
  /** How many have lapsed within the last week. */
  readonly missed: number;
  /** The budget, in exchanges a minute. */
  readonly perMinute: number;
}

const MINUTE_MS = 60_000;
/** Within the next minutes they may be too many, though within the day they aren't. */
const WITHIN_MINUTES = [10, 60, 24 * 60];

/**
 * Reckons whether upkeep keeps up with the refresh tokens that are about to end.
 *
 * @param share of the provider's limit that upkeep may spend, from 0 to 1
 */
export async function lapseOutlook(store: UpkeepStore, provider: Provider, share: number): Promise<LapseOutlook> {
  const { name, realm } = provider;
  const { recentExchanges, recentLapses } = await store.load(realm);
  const within = WITHIN_MINUTES.map((minutes) => minutes * MINUTE_MS);
  const { ending, missed } = await store.lapses(realm, within);
  const budget = perMinuteOf(provider, share);
  const left = leftForLapses(budget, { used: recentExchanges - recentLapses, usedByLapses: 0 });
  const perMinute = Math.max(0, Math.min(budget, left));
  const tooMany = ending.map((count, index) => Math.ceil(count - perMinute * (WITHIN_MINUTES[index] ?? 0)));
  return { provider: name, ending: ending.at(-1) ?? 0, unsaved: Math.max(0, ...tooMany), missed, perMinute };
}
