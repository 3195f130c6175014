import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { DEFAULT_BOUNDS, type ExchangeName } from '../../../../src/grants/exchange.ts';
import { Secret } from '../../../../src/secret.ts';
import { openStores } from '../../../../src/stores/index.ts';
import { Vault } from '../../../../src/stores/vault/vault.ts';
import { systemClock } from '../../../../src/composition/system-clock.ts';
import { HOUR_MS, obtained, REALM, REJECTED, SUBJECT } from '../../../support/stores/one-grant.ts';
import { ringKey } from '../../../support/stores/ring-key.ts';
import { intentOf } from '../../../support/stores/intent-of.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';
import { finishObtained } from '../../../support/stores/scheduled.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

it('a database whose clock is ahead takes no token for ended that lives by our clock', async () => {
  const url = new Secret(await server.createDatabase());
  const now = '(extract(epoch from clock_timestamp()) * 1000 + 7200000)::bigint';
  await using stores = await openStores({
    location: { kind: 'postgres', url, now },
    vault: new Vault([ringKey('k1')]),
    clock: systemClock,
    bounds: DEFAULT_BOUNDS,
  });
  const { grants } = stores;
  await grants.connect(REALM, SUBJECT);
  const { grantId } = (await grants.view(REALM, SUBJECT))!;
  const open = async (presented?: ExchangeName) => {
    const intent = await intentOf(grants, REALM, SUBJECT, presented === undefined ? 'provision' : 'refresh');
    return (await grants.openExchange({ ...intent, presented }))!;
  };
  const first = await open();
  await finishObtained(grants, first, obtained('one', { expiresAt: Date.now() + HOUR_MS, refresh: false }));
  const rejected = await grants.finishFailed(await open({ exchangeId: first.exchangeId + 1000, nonce: 'another' }), {
    ...REJECTED,
    recoveryPath: 'none',
  });
  assert.equal(rejected, undefined);
  assert.equal(await grants.noteReconnectRequired(grantId, 'none'), undefined);
  assert.equal((await grants.view(REALM, SUBJECT))?.current?.accessToken().reveal(), 'one');
});
