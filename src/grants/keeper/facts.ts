import type { Provider } from '../../providers/provider.ts';
import type { ViewWithStatus } from '../grant.ts';
import type { Facts } from '../rules/next-step.ts';
import type { GrantStore } from '../storage/grant-store.ts';

/** All that a decision about a grant rests on, once its view and claims were read. */
export async function toFacts(store: GrantStore, provider: Provider, { view, claims }: ViewWithStatus): Promise<Facts> {
  const mayReplay = view.current === undefined && provider.onReuse === 'grace';
  return { view, claims, lastExchanged: mayReplay ? await store.lastExchanged(view.grantId) : undefined };
}
