import assert from 'node:assert/strict';
import type { ExchangeKind } from '../../../src/grants/exchange.ts';
import type { ExchangeIntent, GrantStore } from '../../../src/grants/storage/grant-store.ts';

/** An exchange to open on what can be read now; a refresh presents the current credential. */
export async function intentOf(
  store: GrantStore,
  realm: string,
  subject: string,
  kind: ExchangeKind,
): Promise<ExchangeIntent> {
  const view = await store.view(realm, subject);
  assert.ok(view !== undefined);
  const { grantId, current } = view;
  const { last } = await store.exchangeStatus(grantId);
  return { grantId, kind, presented: kind === 'refresh' ? current : undefined, last, current };
}
