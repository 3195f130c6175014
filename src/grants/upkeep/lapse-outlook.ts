import type { Provider } from '../../providers/provider.ts';
import { leftForLapses, perMinuteOf } from './upkeep-budget.ts';
import type { UpkeepStore } from '../storage/upkeep-store.ts';

/** The outlook for a provider's refresh tokens, for the operator. */
export interface LapseOutlook {
  readonly provider: string;
  /** How many lapse within the next day unless upkeep exchanges them. */
  readonly ending: number;
  /** How many of these upkeep cannot exchange in time, with the budget that callers currently leave it. */
  readonly unsaved: number;
  /** How many lapsed within the last week. */
  readonly missed: number;
  /** The budget, in exchanges per minute. */
  readonly perMinute: number;
}

const MINUTE_MS = 60_000;
/** Several horizons: there may be too many within the next minutes even if there are not within the day. */
const WITHIN_MINUTES = [10, 60, 24 * 60];

/**
 * Estimates whether upkeep keeps up with the refresh tokens that are about to lapse.
 *
 * @param share the share of the provider's limit that upkeep may use, from 0 to 1
 * @throws the store's error
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
