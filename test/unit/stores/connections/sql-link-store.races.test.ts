import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { DEFAULT_BOUNDS } from '../../../../src/grants/exchange.ts';
import { LINK_LIFE_MS, type ConnectionVerdict, type NewConnection } from '../../../../src/grants/storage/link-store.ts';
import { Secret } from '../../../../src/secret.ts';
import type { Stores } from '../../../../src/stores/index.ts';
import { effort } from '../../../support/effort.ts';
import { imported } from '../contracts/connections/import-store-contract.ts';
import { linkStoreScene, taken, type LinkStoreScene } from '../../../support/stores/link-scene.ts';
import { HOUR_MS, profile, REALM } from '../../../support/stores/one-grant.ts';
import { postgresSqlPlace } from '../../../support/stores/sql-place.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';
import { scheduledAnswer } from '../../../support/stores/scheduled.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

const ROUNDS = effort({ smoke: 3, proofs: 6, long: 200 });

/** Everything up to the connection, held by that instance; a link of that subject to that account. */
async function ready(
  scene: LinkStoreScene,
  stores: Stores,
  subject: string,
  account: string,
): Promise<() => Promise<ConnectionVerdict>> {
  const link = await taken(stores, await scene.consent(subject), { realm: REALM, subject });
  const name = `${subject}-${account}-${link.id}`;
  const tokens = {
    accessToken: new Secret(`access-${name}`),
    refreshToken: new Secret(`refresh-${name}`),
    expiresAt: scene.place.clock.now() + HOUR_MS,
    tokenType: 'Bearer',
  };
  const answer: NewConnection['answer'] = { kind: 'obtained', tokens, profile: profile(account) };
  return () => stores.links.connect({ link, ...scheduledAnswer(answer), replace: true });
}

/** What may never be, whoever was faster. */
async function assertWhole(scene: LinkStoreScene): Promise<void> {
  const rows = (sql: string) => scene.place.query(sql);
  const twins =
    'select account_id from grants where account_id is not null group by realm, account_id having count(*) > 1';
  assert.deepEqual(await rows(twins), [], 'an account has one grant');
  const forgotten = `select id from grants g where left_at is null
    and not exists (select 1 from connections c where c.grant_id = g.id)`;
  assert.deepEqual(await rows(forgotten), [], 'a grant that nobody is connected to is known to be so');
  const abandoned = `select id from grants g where left_at is not null
    and exists (select 1 from connections c where c.grant_id = g.id)`;
  assert.deepEqual(await rows(abandoned), [], 'a grant that somebody is connected to is not about to be revoked');
}

async function credentials(scene: LinkStoreScene): Promise<number> {
  return (await scene.place.query('select nonce from credentials')).length;
}

const connected = ({ kind }: ConnectionVerdict) => kind === 'connected';

describe('two instances on one Postgres', () => {
  it('make one grant of an account that two subjects link at once, and lose neither consent', async () => {
    await using scene = await linkStoreScene(() => postgresSqlPlace(server));
    const { stores, other } = scene;
    for (let round = 0; round < ROUNDS; round += 1) {
      const account = `acc-${round}`;
      const links = await Promise.all([
        ready(scene, stores, `alice-${round}`, account),
        ready(scene, other, `bob-${round}`, account),
        ready(scene, stores, `carol-${round}`, account),
        ready(scene, other, `dave-${round}`, account),
      ]);
      const verdicts = await Promise.all(links.map((link) => link()));
      assert.ok(verdicts.every(connected), JSON.stringify(verdicts));
    }
    await assertWhole(scene);
    assert.equal((await scene.place.query('select id from grants')).length, ROUNDS);
    assert.equal(await credentials(scene), 4 * ROUNDS);
  });

  it('connect a subject once who links two accounts at once, and know the other as left', async () => {
    await using scene = await linkStoreScene(() => postgresSqlPlace(server));
    const { stores, other } = scene;
    for (let round = 0; round < ROUNDS; round += 1) {
      // Back and forth between the same accounts, so that each is left, joined and locked in both orders.
      const links = await Promise.all([
        ready(scene, stores, 'alice', 'acc-1'),
        ready(scene, other, 'alice', 'acc-2'),
        ready(scene, stores, 'bob', 'acc-2'),
        ready(scene, other, 'bob', 'acc-1'),
      ]);
      const verdicts = await Promise.all(links.map((link) => link()));
      assert.ok(verdicts.every(connected), JSON.stringify(verdicts));
      await assertWhole(scene);
    }
    assert.equal((await scene.place.query('select subject from connections')).length, 2);
    assert.equal(await credentials(scene), 4 * ROUNDS);
  });

  it('get along where one links, one imports, one calls for the first time and one leaves', async () => {
    await using scene = await linkStoreScene(() => postgresSqlPlace(server));
    const { stores, other } = scene;
    let appended = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const subjects = ['alice', 'bob', 'carol', 'dave'];
      const links = await Promise.all(
        subjects.map((subject, index) => ready(scene, index % 2 ? stores : other, subject, `acc-${index % 3}`)),
      );
      const lines = subjects.map((subject, index) =>
        imported(`${subject}-${round}`, { subject, accountId: `acc-${index % 3}` }),
      );
      const [verdicts, ours, theirs] = await Promise.all([
        Promise.all(links.map((link) => link())),
        stores.imports.add(lines),
        other.imports.add(lines.toReversed()),
        ...subjects.map((subject) => other.connections.disconnect(REALM, subject)),
        ...subjects.map((subject) => stores.grants.connect(REALM, subject)),
      ]);
      appended += verdicts.filter(connected).length;
      const known = ['imported', 'already_there', 'busy', 'other_account', 'account_elsewhere'];
      for (const verdict of [...ours, ...theirs]) assert.ok(known.includes(verdict), verdict);
      await assertWhole(scene);
    }
    assert.equal(appended, 4 * ROUNDS);
    const imports = await scene.place.query("select nonce from exchanges where kind = 'import'");
    assert.ok(imports.length > 0);
    assert.equal(await credentials(scene), appended + imports.length, 'no exchange without its credential');
  });

  it('let a subject leave who changes accounts at that moment', async () => {
    await using scene = await linkStoreScene(() => postgresSqlPlace(server));
    const { stores, other } = scene;
    for (let round = 0; round < ROUNDS; round += 1) {
      assert.ok(connected(await (await ready(scene, stores, 'alice', `acc-${round}`))()));
      const change = await ready(scene, stores, 'alice', `acc-${round}-next`);
      const [verdict, event] = await Promise.all([change(), other.connections.disconnect(REALM, 'alice')]);
      assert.ok(connected(verdict));
      assert.equal(event?.type, 'grant.disconnected', 'she was connected all the time');
      await assertWhole(scene);
    }
  });

  it('never revoke a consent to an account that is being connected at that moment', async () => {
    await using scene = await linkStoreScene(() => postgresSqlPlace(server));
    const { stores, other, place } = scene;
    for (let round = 0; round < ROUNDS; round += 1) {
      const account = `acc-${round}`;
      const vain = await taken(stores, await scene.consent('vain'), { realm: REALM, subject: 'vain' });
      const tokens = { accessToken: new Secret(`vain-${round}`), expiresAt: 1, tokenType: 'Bearer' };
      await stores.links.keep(vain, { kind: 'obtained', tokens });
      await stores.links.putBack(vain);
      // Its holder has slept through the link's life and its own lease, so nothing shows that it is about to connect.
      const late = await ready(scene, other, `late-${round}`, account);
      await place.clock.advance(LINK_LIFE_MS + DEFAULT_BOUNDS.leaseMs);
      const consent = await stores.vainConsents.takeVain(REALM);
      assert.ok(consent !== undefined);
      const [verdict, may] = await Promise.all([late(), stores.vainConsents.mayRevoke(consent.link, account)]);
      assert.deepEqual(
        [verdict.kind, may].includes('yes') ? [verdict.kind, may] : [],
        may === 'yes' ? ['busy', 'yes'] : [],
      );
      await stores.vainConsents.erase(consent.link);
    }
    await assertWhole(scene);
  });
});
