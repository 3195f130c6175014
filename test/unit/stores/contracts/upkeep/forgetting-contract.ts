import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../../../../src/secret.ts';
import { ACCOUNT_GONE, HOUR_MS, REALM, REJECTED, UNKNOWN } from '../../../../support/stores/one-grant.ts';
import type { SqlPlace } from '../../../../support/stores/sql-place.ts';
import { DAY_MS, upkeepScene, type UpkeepScene } from '../../../../support/stores/upkeep-scene.ts';

/** What retention takes away, and what it must leave. */
export function forgettingContract(database: string, openPlace: () => Promise<SqlPlace>): void {
  describe(`forgetting in ${database}`, () => {
    it('leaves what stands, however old, and takes what it has replaced', async () => {
      await using scene = await upkeepScene(openPlace);
      const first = await scene.obtain('alice');
      const second = await refreshed(scene, first.exchangeId);
      await scene.fail('alice', UNKNOWN, { kind: 'refresh', presentedId: second });
      const third = await refreshed(scene, second);
      await scene.fail('alice', UNKNOWN, { kind: 'refresh', presentedId: third });
      await scene.clock.advance(DAY_MS);
      const before = await scene.store.exchangeStatus(first.grantId);
      await scene.forget(scene.clock.now());
      assert.deepEqual(await ids(scene, 'credentials', 'exchange_id'), [third]);
      assert.deepEqual(await ids(scene, 'exchanges'), [third, third + 1], 'what came since may still matter');
      assert.deepEqual(await ids(scene, 'events'), []);
      const view = await scene.store.view(REALM, 'alice');
      assert.equal(view?.current?.accessToken().reveal(), `access-${view?.grantId}-${third}`);
      assert.deepEqual(await scene.store.exchangeStatus(first.grantId), before);
      const next = await scene.open('alice', { kind: 'refresh', presentedId: third });
      assert.equal(next.exchangeId, third + 2);
    });

    it('takes nothing twice, and says how much it took', async () => {
      await using scene = await upkeepScene(openPlace);
      const first = await scene.obtain('alice');
      await refreshed(scene, first.exchangeId);
      await scene.clock.advance(DAY_MS);
      // A credential, its exchange, and an event.
      assert.equal(await scene.forget(scene.clock.now()), 3);
      assert.equal(await scene.forget(scene.clock.now()), 0);
    });

    it('takes no more of a kind than it is told to, and the rest the next time', async () => {
      await using scene = await upkeepScene(openPlace);
      let last = (await scene.obtain('alice')).exchangeId;
      for (let count = 0; count < 6; count++) last = await refreshed(scene, last);
      for (const subject of ['bob', 'carol', 'dave', 'erin', 'frank', 'grace']) await scene.obtain(subject);
      await scene.clock.advance(DAY_MS);
      const left = async () => [
        (await ids(scene, 'credentials', 'exchange_id')).length,
        (await ids(scene, 'exchanges')).length,
        (await ids(scene, 'events')).length,
      ];
      await scene.forget(scene.clock.now(), { limit: 5, bites: 1 });
      assert.deepEqual(await left(), [9, 9, 6]);
      await scene.forget(scene.clock.now(), { limit: 5 });
      assert.deepEqual(await left(), [7, 7, 0]);
    });

    it('leaves everything from after the cutoff', async () => {
      await using scene = await upkeepScene(openPlace);
      const first = await scene.obtain('alice');
      const second = await refreshed(scene, first.exchangeId);
      await scene.fail('alice', UNKNOWN, { kind: 'refresh', presentedId: second });
      await refreshed(scene, second);
      const at = scene.clock.now();
      await scene.clock.advance(DAY_MS);
      assert.equal(await scene.forget(first.expiresAt - HOUR_MS), 0);
      await scene.forget(at);
      assert.equal((await ids(scene, 'credentials', 'exchange_id')).length, 3, 'they had not expired by then');
      assert.equal((await ids(scene, 'exchanges')).length, 3, 'but the one that gave nothing had ended');
    });

    it('leaves expired tokens to be found by frontends that still hold them, until the cutoff', async () => {
      await using scene = await upkeepScene(openPlace);
      const first = await scene.obtain('alice');
      await refreshed(scene, first.exchangeId);
      await scene.clock.advance(DAY_MS);
      const { successions } = await scene.place.openAll();
      const limits = { graceMs: 365 * DAY_MS, chainMs: 365 * DAY_MS };
      const owner = () => successions.find(REALM, new Secret(first.token), limits);
      await scene.forget(first.expiresAt);
      assert.equal(await owner(), 'alice');
      await scene.clock.advance(1);
      await scene.forget(first.expiresAt + 1);
      assert.equal(await owner(), undefined);
    });

    it('leaves a grant that has nothing left all it knows', async () => {
      await using scene = await upkeepScene(openPlace);
      const first = await scene.obtain('alice');
      const second = await refreshed(scene, first.exchangeId);
      await scene.fail('alice', { ...REJECTED, recoveryPath: 'replay' }, { kind: 'refresh', presentedId: second });
      await scene.clock.advance(DAY_MS);
      await scene.forget(scene.clock.now());
      assert.deepEqual(await ids(scene, 'credentials', 'exchange_id'), [first.exchangeId, second]);
      assert.deepEqual(await ids(scene, 'exchanges'), [first.exchangeId, second, second + 1]);
      assert.equal((await scene.store.lastExchanged(first.grantId))?.exchangeId, first.exchangeId);
    });

    it('leaves the word of a loss, so that it is not told again, until the grant is well', async () => {
      await using scene = await upkeepScene(openPlace);
      const { exchangeId, grantId } = await scene.obtain('alice');
      await scene.fail('alice', { ...REJECTED, recoveryPath: 'none' }, { kind: 'refresh', presentedId: exchangeId });
      const types = async () =>
        (await scene.place.query('select type from events order by id')).map(({ type }) => type);
      await scene.clock.advance(DAY_MS);
      await scene.forget(scene.clock.now());
      assert.deepEqual(await types(), ['grant.reconnect_required']);
      assert.equal(await scene.store.noteReconnectRequired(grantId, 'none'), undefined);
      await scene.obtain('alice', { kind: 'recover' });
      await scene.clock.advance(DAY_MS);
      await scene.forget(scene.clock.now());
      assert.deepEqual(await types(), []);
    });

    it('leaves exchanges that nobody has answered', async () => {
      await using scene = await upkeepScene(openPlace);
      const first = await scene.obtain('alice');
      const slow = await scene.open('alice', { kind: 'refresh', presentedId: first.exchangeId });
      await scene.clock.advance(HOUR_MS);
      await refreshed(scene, first.exchangeId);
      await scene.clock.advance(DAY_MS);
      await scene.forget(scene.clock.now());
      assert.ok((await ids(scene, 'exchanges')).includes(slow.exchangeId));
      const late = await scene.finish(slow);
      assert.ok((await ids(scene, 'credentials', 'exchange_id')).includes(late.exchangeId));
    });

    it('leaves a recovery that nobody knows the end of for as long as it may have ended something', async () => {
      await using scene = await upkeepScene(openPlace);
      await scene.obtain('alice');
      await scene.fail('alice', UNKNOWN, { kind: 'recover' });
      await scene.clock.advance(DAY_MS);
      await scene.forget(scene.clock.now());
      assert.equal((await scene.store.view(REALM, 'alice'))?.unsettled, true);
    });

    it('leaves a recovery that would unsettle a credential which may yet be current again', async () => {
      await using scene = await upkeepScene(openPlace);
      const first = await scene.obtain('alice');
      const slow = await scene.open('alice', { kind: 'refresh', presentedId: first.exchangeId });
      await scene.clock.advance(HOUR_MS);
      await scene.fail('alice', UNKNOWN, { kind: 'recover' });
      await scene.clock.advance(1);
      const newest = await refreshed(scene, first.exchangeId);
      await scene.finish(slow);
      await scene.clock.advance(DAY_MS);
      await scene.forget(scene.clock.now());
      assert.equal((await scene.store.view(REALM, 'alice'))?.unsettled, false);
      await scene.fail('alice', REJECTED, { kind: 'refresh', presentedId: newest });
      const view = await scene.store.view(REALM, 'alice');
      assert.deepEqual([view?.current?.exchangeId, view?.unsettled], [slow.exchangeId, true]);
    });

    it('takes such a recovery once all that it may have ended has ended', async () => {
      await using scene = await upkeepScene(openPlace);
      await scene.obtain('alice');
      await scene.fail('alice', UNKNOWN, { kind: 'recover' });
      await scene.fail('alice', ACCOUNT_GONE, { kind: 'recover' });
      await scene.clock.advance(1);
      const { exchangeId } = await scene.obtain('alice', { kind: 'recover' });
      await scene.clock.advance(DAY_MS);
      await scene.forget(scene.clock.now());
      assert.deepEqual(await ids(scene, 'exchanges'), [exchangeId]);
      assert.equal((await scene.store.view(REALM, 'alice'))?.unsettled, false);
    });
  });
}

/** One more credential of alice's, in place of another; a millisecond passes before and after. */
async function refreshed(scene: UpkeepScene, presentedId: number): Promise<number> {
  const { clock } = scene;
  await clock.advance(1);
  const { exchangeId } = await scene.obtain('alice', { kind: 'refresh', presentedId });
  await clock.advance(1);
  return exchangeId;
}

async function ids({ place }: UpkeepScene, table: string, column = 'id'): Promise<unknown[]> {
  const rows = await place.query(`select ${column} from ${table} order by ${column}`);
  return rows.map((row) => row[column]);
}
