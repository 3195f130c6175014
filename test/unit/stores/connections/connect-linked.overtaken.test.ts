import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { answerOf, linkAt, takenLink } from '../../../support/stores/link-at.ts';
import { REALM } from '../../../support/stores/one-grant.ts';
import { openPostgresStores } from '../../../support/stores/open-postgres.ts';
import { openTransaction } from '../../../support/stores/open-transaction.ts';
import { runSql } from '../../../support/stores/run-sql.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';
import { scheduledAnswer } from '../../../support/stores/scheduled.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

/** A database where these subjects have linked these accounts. */
async function openScene(linked: Readonly<Record<string, string>>) {
  const url = await server.createDatabase();
  const stores = await openPostgresStores(url);
  for (const [subject, account] of Object.entries(linked)) {
    assert.equal(await linkAt(stores, subject, account), 'connected');
  }
  return {
    url,
    stores,
    rows: (sql: string) => runSql(url, sql),
    [Symbol.asyncDispose]: () => stores[Symbol.asyncDispose](),
  };
}

describe('a link that is overtaken', () => {
  it('makes a new grant where the one that it waited for was erased', async () => {
    await using scene = await openScene({ alice: 'acc-1' });
    await using other = await openTransaction(scene.url, 'select 1 from grants for update');
    const linking = linkAt(scene.stores, 'bob', 'acc-1');
    await other.untilSomebodyWaits();
    for (const table of ['connections', 'credentials', 'exchanges', 'grants'])
      await other.query(`delete from ${table}`);
    await other.commit();
    assert.equal(await linking, 'connected');
    assert.deepEqual(await scene.rows('select subject from connections'), [{ subject: 'bob' }]);
  });

  it('joins the grant of an account that another has just linked', async () => {
    await using scene = await openScene({ alice: 'acc-1' });
    const insert = `insert into grants (id, realm, account_id, created_at) values ('theirs', '${REALM}', 'acc-2', 1)`;
    await using other = await openTransaction(scene.url, insert);
    const linking = linkAt(scene.stores, 'bob', 'acc-2');
    await other.untilSomebodyWaits();
    await other.commit();
    assert.equal(await linking, 'connected');
    const theirs = await scene.rows("select subject from connections where grant_id = 'theirs'");
    assert.deepEqual(theirs, [{ subject: 'bob' }]);
  });

  it('leaves a grant alone that another joins at that moment', async () => {
    await using scene = await openScene({ alice: 'acc-1' });
    const join = `insert into connections (realm, subject, grant_id, created_at, called_at)
      select realm, 'bob', id, 1, 1 from grants`;
    await using other = await openTransaction(scene.url, 'select 1 from grants for update', join);
    const linking = linkAt(scene.stores, 'alice', 'acc-2');
    await other.untilSomebodyWaits();
    await other.commit();
    assert.equal(await linking, 'connected');
    const left = await scene.rows("select left_at from grants where account_id = 'acc-1'");
    assert.deepEqual(left, [{ left_at: null }], 'bob is there');
  });

  it('does not keep its subject from leaving', async () => {
    await using scene = await openScene({ alice: 'acc-1', bob: 'acc-2' });
    const ofAlice = "select grant_id from connections where subject = 'alice'";
    const ofBob = "select grant_id from connections where subject = 'bob'";
    await using other = await openTransaction(scene.url, `select 1 from grants where id = (${ofAlice}) for update`);
    const leaving = scene.stores.connections.disconnect(REALM, 'alice');
    await other.untilSomebodyWaits();
    await other.query(`update connections set grant_id = (${ofBob}) where subject = 'alice'`);
    await other.commit();
    assert.equal((await leaving)?.type, 'grant.disconnected');
    assert.deepEqual(await scene.rows('select subject from connections'), [{ subject: 'bob' }]);
  });

  it('is found by whoever wants to revoke another consent to its account, however late it comes', async () => {
    await using scene = await openScene({});
    const { stores, url, rows } = scene;
    const vain = await takenLink(stores, 'vain');
    const { kind, tokens } = answerOf('acc-1');
    await stores.links.keep(vain, { kind, tokens });
    await stores.links.putBack(vain);
    const late = await takenLink(stores, 'late');
    // Its holder has slept for longer than its lease and the link's life, so nothing else shows it.
    await rows('update links set expires_at = 1, lease_until = case when lease_until is null then null else 1 end');
    const consent = await stores.vainConsents.takeVain(REALM);
    assert.equal(consent?.link.id, vain.id);
    const elsewhere = `insert into grants (id, realm, created_at) values ('elsewhere', '${REALM}', 1)`;
    const held = `insert into connections (realm, subject, grant_id, created_at, called_at)
      values ('${REALM}', 'late', 'elsewhere', 1, 1)`;
    await using other = await openTransaction(url, elsewhere, held);
    const linking = stores.links.connect({ link: late, ...scheduledAnswer(answerOf('acc-1')), replace: false });
    await other.untilSomebodyWaits();
    const revoking = stores.vainConsents.mayRevoke(consent.link, 'acc-1');
    let isDecided = false;
    void revoking.then(() => (isDecided = true));
    await rows('select pg_sleep(0.3)');
    assert.equal(isDecided, false);
    await other.query('rollback');
    assert.equal((await linking).kind, 'connected');
    assert.equal(await revoking, 'no');
  });
});
