import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Pool } from 'pg';
import { DEFAULT_BOUNDS } from '../../../src/grants/exchange.ts';
import { Secret } from '../../../src/secret.ts';
import { openStores } from '../../../src/stores/index.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import { systemClock } from '../../../src/composition/system-clock.ts';
import { intentOf } from '../../support/stores/intent-of.ts';
import { obtained, REALM, UNKNOWN } from '../../support/stores/one-grant.ts';
import { ringKey } from '../../support/stores/ring-key.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { FORMER, formerVersion, NO_HISTORY, type FormerVersion } from './former-version.ts';
import { finishObtained } from '../../support/stores/scheduled.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

const KEY = ringKey('k1');

const FACTS = `select to_jsonb(e) as row from exchanges e union all select to_jsonb(c) from credentials c
  union all select to_jsonb(v) from events v order by row`;

/** The stores of a version of schema 4; nothing here knows their types. */
async function openFormer(former: FormerVersion, url: string): Promise<any> {
  const { openStores: open } = await former.load('stores/index.ts');
  const { Vault: FormerVault } = await former.load('stores/vault.ts');
  const { Secret: FormerSecret } = await former.load('secret.ts');
  const { id, key } = KEY;
  return open({
    location: { kind: 'postgres', url: new FormerSecret(url) },
    vault: new FormerVault([{ id, key: new FormerSecret(key.reveal()) }]),
    clock: systemClock,
    bounds: DEFAULT_BOUNDS,
  });
}

describe('an instance of schema 4 that goes on after the names came', () => {
  it('changes no fact of another grant, and its answers can be kept', async (context) => {
    const former = await formerVersion(FORMER.schema4);
    if (former === undefined) {
      context.skip(NO_HISTORY);
      return;
    }
    const url = await server.createDatabase();
    const pool = new Pool({ connectionString: url, max: 1 });
    const rows = async () => (await pool.query<{ row: unknown }>(FACTS)).rows;
    await using old = await openFormer(former, url);
    const { Secret: FormerSecret } = await former.load('secret.ts');
    const answer = (name: string) => ({
      kind: 'obtained',
      tokens: {
        accessToken: new FormerSecret(`access-${name}`),
        refreshToken: new FormerSecret(`refresh-${name}`),
        expiresAt: Date.now() + 3_600_000,
        tokenType: 'Bearer',
      },
    });
    const openOld = async (subject: string, kind: string) => {
      const { grantId, current } = await old.grants.view(REALM, subject);
      const { lastExchangeId } = await old.grants.claims(grantId);
      const currentId = current?.exchangeId ?? 0;
      const presentedId = kind === 'refresh' ? currentId : undefined;
      return old.grants.openExchange({ grantId, kind, presentedId, lastExchangeId, currentId });
    };
    for (const subject of ['alice', 'bob']) {
      await old.grants.connect(REALM, subject);
      await old.grants.finishObtained(await openOld(subject, 'provision'), answer(subject));
    }
    const inHand = await openOld('alice', 'refresh');

    const location = { kind: 'postgres', url: new Secret(url) } as const;
    await using stores = await openStores({
      location,
      vault: new Vault([KEY]),
      clock: systemClock,
      bounds: DEFAULT_BOUNDS,
    });
    const { grants } = stores;
    const bobs = await grants.openExchange(await intentOf(grants, REALM, 'bob', 'refresh'));
    assert.ok(bobs !== undefined);
    assert.equal(bobs.exchangeId, inHand.id, "bob's exchange has the number of alice's");
    await finishObtained(grants, bobs, obtained('of bob'));
    await grants.openExchange(await intentOf(grants, REALM, 'bob', 'refresh'));
    await pool.query('update credentials set expires_at = 1, opened_at = 1 where ended_at is not null');
    await pool.query('update credentials set ended_at = 1 where ended_at is not null');

    const before = await rows();
    const backoff = { failures: 1, retryAt: 1, lastFailure: 'unknown' };
    const failure = { answer: { kind: 'rejected', detail: 'dead' }, recoveryPath: 'self', backoff };
    const writes: Record<string, () => Promise<unknown>> = {
      'its failed answer': () => old.grants.finishFailed(inHand, failure),
      'its answer': () => old.grants.finishObtained(inHand, answer('second of alice')),
      'a lease': () => old.grants.renewLease(inHand),
      'a revocation that failed': () => old.connections.putBack(inHand, backoff),
      'what was used': () => old.upkeep.noteUsed([inHand.id, Number(inHand.id) + 1]),
      'what is to be forgotten': () => old.upkeep.forget(Date.now() + 1_000_000, 100),
      'a new exchange': () => openOld('alice', 'refresh'),
      'a disconnection': () => old.connections.disconnect(REALM, 'bob'),
    };
    for (const [name, write] of Object.entries(writes)) {
      await assert.rejects(write, name);
      assert.deepEqual(await rows(), before, name);
    }
    await pool.query(`delete from events where type <> 'grant.refreshed'`);
    // What this version does to the same rows, the triggers let pass.
    await stores.upkeep.noteUsed([{ grantId: bobs.grantId, exchangeId: bobs.exchangeId }]);
    await stores.upkeep.forget({ factsMs: 0, tokensMs: 0, lostMs: 1e12, irreparable: [] }, 100);
    const another = await intentOf(grants, REALM, 'alice', 'refresh');
    assert.ok(another.grantId === inHand.grantId);
    await grants.finishFailed(
      { ...inHand, exchangeId: inHand.id, nonce: `before-${inHand.id}`, presented: undefined },
      UNKNOWN,
    );
    assert.equal((await grants.exchangeStatus(inHand.grantId)).held, false);
    await pool.end();
  });
});
