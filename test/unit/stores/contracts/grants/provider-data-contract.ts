import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../../../../src/secret.ts';
import type { OpenPlace } from './grant-store-contract.ts';
import { obtained, oneGrant, type OneGrant } from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';
import type { ExchangeKind } from '../../../../../src/grants/exchange.ts';

/** Obtains a credential with what the provider said besides; gives its exchange's id. */
async function obtain(
  grant: OneGrant,
  said: object | undefined,
  { kind = 'recover', presented, refresh = true }: { kind?: ExchangeKind; presented?: number; refresh?: boolean } = {},
): Promise<number> {
  await grant.clock.advance(1);
  const exchange = await grant.open(kind, presented);
  const { tokens, ...rest } = obtained(`token-${exchange.exchangeId}`, { refresh });
  const providerData = said === undefined ? {} : { providerData: new Secret(JSON.stringify(said)) };
  await finishObtained(grant.store, exchange, { ...rest, tokens: { ...tokens, ...providerData } });
  return exchange.exchangeId;
}

async function told(grant: OneGrant): Promise<unknown> {
  const text = (await grant.view()).current?.providerData()?.reveal();
  return text === undefined ? undefined : JSON.parse(text);
}

/** What a provider says beside its tokens, and how long that holds. */
export function providerDataContract(database: string, openPlace: OpenPlace): void {
  describe(`what a provider says beside its tokens in ${database}`, () => {
    it('is nothing where nothing is handed on, or nothing was said', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await obtain(grant, undefined);
      assert.equal(await told(grant), undefined);
      await obtain(grant, {}, { kind: 'refresh', presented: first });
      assert.equal(await told(grant), undefined);
    });

    for (const refresh of [true, false]) {
      it(`stays over refreshes that do not repeat it, ${refresh ? 'with' : 'without'} a new refresh token`, async () => {
        await using grant = await oneGrant(openPlace);
        const first = await obtain(grant, { instance_url: 'https://a', scope: 'one two' });
        assert.deepEqual(await told(grant), { instance_url: 'https://a', scope: 'one two' });
        const second = await obtain(grant, {}, { kind: 'refresh', presented: first, refresh });
        const third = await obtain(grant, { scope: 'one' }, { kind: 'refresh', presented: second, refresh });
        assert.deepEqual(await told(grant), { instance_url: 'https://a', scope: 'one' });
        await obtain(grant, undefined, { kind: 'refresh', presented: third, refresh });
        assert.equal(await told(grant), undefined, 'until nothing is handed on any more');
      });
    }

    it('begins anew with a new consent', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await obtain(grant, { instance_url: 'https://a', scope: 'one' });
      await obtain(grant, { scope: 'two' }, { kind: 'link', presented: first });
      assert.deepEqual(await told(grant), { scope: 'two' });
    });
  });
}
