import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_BOUNDS } from '../../../src/grants/exchange.ts';
import { Keeper } from '../../../src/grants/keeper/keeper.ts';
import { Providers } from '../../../src/grants/providers.ts';
import { RescueFolder } from '../../../src/stores/vault/rescue-folder.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import { systemClock as clock } from '../../../src/composition/system-clock.ts';
import { answerOf, takenLink } from '../../support/stores/link-at.ts';
import { REALM } from '../../support/stores/one-grant.ts';
import { temporaryDirectory } from '../../support/stores/open-test-stores.ts';
import { ringKey } from '../../support/stores/ring-key.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { effort } from '../../support/effort.ts';
import { Places } from './places.ts';
import { rotatingProvider } from './rotating-provider.ts';
import { routedConnections } from './routed-connections.ts';
import { routedGrants } from './routed-grants.ts';
import { routedLinks } from './routed-links.ts';
import { openShards, shardOfGrant, type Shard } from './shard.ts';
import { scheduledAnswer } from '../../support/stores/scheduled.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

const SUBJECTS = effort({ smoke: 30, proofs: 30, long: 300 });
const CALLERS = 8;
const ROUNDS = effort({ smoke: 3, proofs: 8, long: 100 });

/** Two instances on the same two databases. */
async function openScene() {
  await using opened = new AsyncDisposableStack();
  const urls = [await server.createDatabase(), await server.createDatabase()];
  const open = async () => {
    const shards = await openShards(urls);
    for (const shard of shards) opened.use(shard);
    const places = new Places(shards);
    return {
      shards,
      places,
      grants: routedGrants(places),
      connections: routedConnections(shards, places),
      links: routedLinks(shards, places),
    };
  };
  const [one, other] = [await open(), await open()];
  const parts = opened.move();
  const rows = async (sql: string) => {
    const found = await Promise.all(one.shards.map(({ pool }) => pool.query<Record<string, unknown>>(sql)));
    return found.map((each) => each.rows);
  };
  return { one, other, rows, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

type Instance = Awaited<ReturnType<typeof openScene>>['one'];

/** A link up to its end, which is still to come. */
async function ready({ links, shards }: Instance, subject: string, account: string) {
  const link = await takenLink({ ...(shards[0] as Shard).stores, links }, subject);
  return () => links.connect({ link, ...scheduledAnswer(answerOf(account)), replace: true });
}

async function connected(link: Promise<() => Promise<{ kind: string }>>): Promise<void> {
  assert.equal((await (await link)()).kind, 'connected');
}

describe('a service on two databases', () => {
  it('refreshes each grant once, however many ask two keepers at once, and loses no token', async () => {
    await using scene = await openScene();
    await using folder = await temporaryDirectory();
    const upstream = rotatingProvider();
    const keepers = [scene.one, scene.other].map(
      ({ grants, shards }, index) =>
        new Keeper({
          store: grants,
          providers: new Providers([upstream.provider]),
          clock,
          random: Math.random,
          bounds: DEFAULT_BOUNDS,
          pauses: (shards[0] as Shard).stores.pauses,
          rescue: new RescueFolder(`${folder.path}/${index}`, new Vault([ringKey('k1')]), () => undefined),
          callerWaitMs: 60_000,
        }),
    );
    const subjects = Array.from({ length: SUBJECTS }, (_, index) => `user-${index}`);
    const ask = async (keeper: Keeper, subject: string) => {
      const applicant = { subject, email: subject, name: subject, timeZone: 'UTC' };
      const { accessToken } = await keeper.token({ provider: upstream.provider.name, subject, applicant });
      return accessToken.reveal();
    };
    const askAll = () =>
      Promise.all(
        subjects.map((subject) =>
          Promise.all(Array.from({ length: CALLERS }, (_, caller) => ask(keepers[caller % 2] as Keeper, subject))),
        ),
      );
    await askAll();
    await scene.rows('update credentials set expires_at = 1');
    const tokens = await askAll();
    for (const each of tokens) assert.equal(new Set(each).size, 1);
    assert.deepEqual(upstream.spentTwice, []);
    assert.equal(upstream.provider.calls.filter(({ kind }) => kind === 'provision').length, SUBJECTS);
    assert.deepEqual([...new Set(upstream.refreshes.values())], [1]);
    for (const subject of subjects) {
      const current = (await scene.other.grants.view(REALM, subject))?.current;
      assert.equal(current?.refreshToken()?.reveal(), upstream.live().get(subject));
    }
    const counts = (await scene.rows('select id from grants')).map((grants) => grants.length);
    assert.ok(
      counts.every((count) => count > SUBJECTS / 6),
      `${counts.join(' and ')} grants`,
    );
    await Promise.all(keepers.map((keeper) => keeper.close()));
  });

  it('gives an account that four subjects link at once one grant, which ends with the last of them', async () => {
    await using scene = await openScene();
    const { one, other } = scene;
    for (let round = 0; round < ROUNDS; round += 1) {
      const subjects = Array.from({ length: 4 }, (_, index) => `user-${round}-${index}`);
      const links = await Promise.all(
        subjects.map((subject, index) => ready(index % 2 ? one : other, subject, `acc-${round}`)),
      );
      await Promise.all(links.map((link) => connected(Promise.resolve(link))));
      const views = await Promise.all(subjects.map((subject) => one.grants.view(REALM, subject)));
      assert.equal(new Set(views.map((view) => view?.grantId)).size, 1);
      const left = await Promise.all(subjects.map((subject) => other.connections.disconnect(REALM, subject)));
      assert.ok(left.every((event) => event?.type === 'grant.disconnected'));
      const taken = await Promise.all([one, other].map(({ connections }) => connections.claimOrphanedGrant(REALM)));
      const [forsaken, ...more] = taken.filter((each) => each !== undefined);
      assert.ok(forsaken !== undefined && more.length === 0, 'it is revoked once');
      await one.connections.erase(forsaken.exchange);
    }
    assert.deepEqual(await scene.rows('select id from grants'), [[], []]);
    assert.ok((await scene.rows('select * from places')).every((places) => places.length > 0));
  });

  it('connects a subject once who links accounts of both at once, and knows the others as left', async () => {
    await using scene = await openScene();
    const { one, other } = scene;
    const [here, there] = [0, 1].map((shard) =>
      Array.from({ length: 50 }, (_, index) => `acc-${index}`).find(
        (account) => one.places.ofAccount(REALM, account).index === shard,
      ),
    );
    assert.ok(here !== undefined && there !== undefined);
    for (let round = 0; round < ROUNDS; round += 1) {
      const links = await Promise.all([
        ready(one, 'alice', here),
        ready(other, 'alice', there),
        ready(one, 'bob', there),
        ready(other, 'bob', here),
      ]);
      await Promise.all(links.map((link) => connected(Promise.resolve(link))));
      const connections = (await scene.rows('select subject from connections')).flat();
      assert.deepEqual(connections.map(({ subject }) => subject).sort(), ['alice', 'bob']);
      for (const subject of ['alice', 'bob']) {
        const view = await other.grants.view(REALM, subject);
        assert.ok(view?.current !== undefined, 'the directory leads to the one connection that there is');
        assert.equal(one.places.ofAccount(REALM, view.accountId ?? '').index, shardOfGrant(view.grantId));
      }
    }
    const forgotten = `select id from grants g where (left_at is null)
      = not exists (select 1 from connections c where c.grant_id = g.id)`;
    assert.deepEqual(await scene.rows(forgotten), [[], []]);
  });

  it('lets nobody move a subject whom another is moving', async () => {
    await using scene = await openScene();
    const { one, other } = scene;
    await connected(ready(one, 'alice', 'acc-1'));
    const change = await ready(other, 'alice', 'acc-2');
    let changing: Promise<{ kind: string }> | undefined;
    await one.places.moving({ realm: REALM, subject: 'alice' }, async () => {
      let isOver = false;
      changing = change().finally(() => (isOver = true));
      await sleep(500);
      assert.equal(isOver, false);
    });
    assert.equal((await changing)?.kind, 'connected');
  });

  it('completes a link that was cut off between the two databases', async () => {
    await using scene = await openScene();
    const { one, other } = scene;
    const subject = Array.from({ length: 50 }, (_, index) => `user-${index}`).find(
      (name) => one.places.home({ realm: REALM, subject: name }) !== one.places.ofAccount(REALM, 'acc-1'),
    );
    assert.ok(subject !== undefined);
    const link = await takenLink({ ...(one.shards[0] as Shard).stores, links: one.links }, subject);
    const connection = { link, ...scheduledAnswer(answerOf('acc-1')), replace: false };
    const move = one.places.moving.bind(one.places);
    one.places.moving = (place, work) =>
      move(place, async (...means) => {
        await work(...means);
        throw new Error('cut off');
      });
    await assert.rejects(one.links.connect(connection), /cut off/);
    assert.equal(await other.grants.view(REALM, subject), undefined, 'the directory knows nothing of it');
    assert.equal((await other.links.connect(connection)).kind, 'connected');
    assert.ok((await other.grants.view(REALM, subject))?.current !== undefined);
    const credentials = (await scene.rows('select nonce from credentials')).flat();
    assert.equal(credentials.length, 1);
  });
});
