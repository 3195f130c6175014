import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { intentOf } from '../../support/stores/intent-of.ts';
import { linkStoreScene, type LinkStoreScene } from '../../support/stores/link-scene.ts';
import { obtained, REALM, REJECTED } from '../../support/stores/one-grant.ts';
import { postgresSqlPlace } from '../../support/stores/sql-place.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { finishObtained } from '../../support/stores/scheduled.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

const TABLES = [
  'grants',
  'connections',
  'exchanges',
  'credentials',
  'events',
  'links',
  'pauses',
  'api_keys',
  'vault_keys',
];
/** Columns that statements read, to be given another type that holds the same. */
const READ = {
  grants: ['id', 'profile', 'applicant', 'last_failure', 'account_id'],
  connections: ['subject'],
  exchanges: ['nonce', 'holder'],
  credentials: ['token_type'],
  events: ['type', 'reason', 'subjects'],
  links: ['return_to', 'subject', 'step'],
  api_keys: ['role', 'email'],
  vault_keys: ['id'],
};

/** Every kind of call, of one subject after another. */
async function callAll(scene: LinkStoreScene, round: number): Promise<void> {
  const { stores, other } = scene;
  const subject = `subject-${round}`;
  const { grants, upkeep, connections, events, apiKeys, vainConsents, successions } = stores;
  assert.equal((await scene.link(subject, `account-${round}`, `first of ${subject}`)).kind, 'connected');
  const refresh = await grants.openExchange(await intentOf(grants, REALM, subject, 'refresh'));
  await grants.renewLease(refresh!);
  await finishObtained(grants, refresh!, obtained(`second of ${subject}`));
  assert.equal(await scene.current(subject), `second of ${subject}`);
  const { grantId, current: credential } = (await other.grants.view(REALM, subject))!;
  await upkeep.noteUsed([{ grantId, exchangeId: credential!.exchangeId }]);
  for (const work of [upkeep.due(REALM, 9), upkeep.lapsing(REALM, 9), upkeep.load(REALM), upkeep.lapses(REALM, [1])]) {
    await work;
  }
  await upkeep.noteRealms();
  await upkeep.noteLapsed(REALM, 9);
  await upkeep.forget({ factsMs: 1e12, tokensMs: 1e12, lostMs: 1e12, irreparable: [] }, 9);
  assert.ok((await grants.account(REALM, subject)) !== undefined);
  await successions.find(REALM, credential!.accessToken(), { graceMs: 1e12, chainMs: 1e12 });
  await successions.noteCalls(REALM, [subject]);
  assert.ok((await grants.lastExchanged(grantId)) !== undefined);
  assert.equal((await connections.of(subject, [REALM])).length, 1);
  const failing = await grants.openExchange(await intentOf(grants, REALM, subject, 'refresh'));
  const lost = await grants.finishFailed(failing!, { ...REJECTED, recoveryPath: 'none' });
  assert.equal(lost?.type, 'grant.reconnect_required');
  assert.ok((await events.list({ limit: 9, subject })).length >= 2);
  await events.counts({ subject });
  assert.ok((await connections.disconnect(REALM, subject)) !== undefined);
  const forsaken = await connections.claimOrphanedGrant(REALM);
  await connections.erase(forsaken!.exchange);
  await vainConsents.forgetExpired();
  assert.equal(await vainConsents.takeVain(REALM), undefined);
  await stores.pauses.read(REALM);
  const id = `key-${round}`;
  await apiKeys.add({ id, role: 'user', subject, hash: randomBytes(8), createdAt: 1 });
  assert.equal((await apiKeys.find(id))?.subject, subject);
  assert.equal((await apiKeys.list()).length, round);
}

describe('a running instance on Postgres', () => {
  it('answers every kind of call when each table gets a column more', async () => {
    await using scene = await linkStoreScene(() => postgresSqlPlace(server));
    for (const round of [1, 2]) await callAll(scene, round);
    for (const table of TABLES)
      await scene.place.query(`alter table ${table} add column more text not null default 'more'`);
    await callAll(scene, 3);
  });

  it('asks anew where the plans of its connections are of no use any more, in transactions too', async () => {
    await using scene = await linkStoreScene(() => postgresSqlPlace(server));
    for (const round of [1, 2]) await callAll(scene, round);
    let round = 3;
    for (const [table, columns] of Object.entries(READ)) {
      for (const column of columns) {
        await scene.place.query(`alter table ${table} alter column ${column} type varchar(500)`);
        await callAll(scene, round);
        round += 1;
      }
    }
  });
});
