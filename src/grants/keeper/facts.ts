import type { Provider } from '../../providers/provider.ts';
import type { ViewWithStatus } from '../grant.ts';
import type { Facts } from '../rules/next-step.ts';
import type { GrantStore } from '../storage/grant-store.ts';

/** Everything that a decision about a grant depends on, given its view and exchange status. */
export async function toFacts(store: GrantStore, provider: Provider, { view, claims }: ViewWithStatus): Promise<Facts> {
  const mayReplay = view.current === undefined && provider.onReuse === 'grace';
  return { view, claims, lastExchanged: mayReplay ? await store.lastExchanged(view.grantId) : undefined };
}
