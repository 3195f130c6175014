import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HOUR_MS, REALM, REJECTED } from '../../../../support/stores/one-grant.ts';
import type { SqlPlace } from '../../../../support/stores/sql-place.ts';
import { DAY_MS, OTHER_REALM, upkeepScene } from '../../../../support/stores/upkeep-scene.ts';

/** What is told of refresh tokens that nobody exchanged in time, whatever database is under it. */
export function lapsedContract(database: string, openPlace: () => Promise<SqlPlace>): void {
  describe(`what has lapsed in ${database}`, () => {
    it('is told once, by whichever instance looks first, and seen to no more', async () => {
      await using scene = await upkeepScene(openPlace);
      const start = scene.clock.now();
      const { exchangeId, grantId } = await scene.obtain('alice', { refreshLifeMs: DAY_MS });
      await scene.obtain('bob', { refreshLifeMs: 2 * DAY_MS });
      await scene.obtain('carol');
      await scene.goTo(start + DAY_MS - 1);
      assert.deepEqual(await scene.upkeep.noteLapsed(REALM, 99), []);
      await scene.goTo(start + DAY_MS);
      const told = await Promise.all([scene.upkeep, scene.other.upkeep].map((each) => each.noteLapsed(REALM, 99)));
      assert.deepEqual(
        told
          .flat()
          .map(({ type, reason, at, realm, subjects, ...of }) => [
            type,
            reason,
            at,
            realm,
            subjects,
            of.grantId,
            of.exchangeId,
          ]),
        [['grant.lapsed', undefined, start + DAY_MS, REALM, ['alice'], grantId, exchangeId]],
      );
      assert.deepEqual(await scene.upkeep.noteLapsed(REALM, 99), []);
      assert.equal((await scene.upkeep.lapses(REALM, [])).missed, 1);
      assert.equal((await scene.upkeep.lapses(OTHER_REALM, [])).missed, 0);
    });

    it('is nothing that was exchanged, or has ended, or is being exchanged', async () => {
      await using scene = await upkeepScene(openPlace);
      const start = scene.clock.now();
      const refreshLifeMs = DAY_MS;
      const exchanged = await scene.obtain('alice', { refreshLifeMs });
      const refused = await scene.obtain('bob', { refreshLifeMs });
      const { exchangeId } = await scene.obtain('carol', { refreshLifeMs });
      await scene.goTo(start + HOUR_MS);
      await scene.obtain('alice', { kind: 'refresh', presentedId: exchanged.exchangeId, refreshLifeMs: 9 * DAY_MS });
      await scene.fail('bob', REJECTED, { kind: 'refresh', presentedId: refused.exchangeId });
      await scene.goTo(start + DAY_MS - 1);
      const open = await scene.open('carol', { kind: 'refresh', presentedId: exchangeId });
      await scene.goTo(start + 2 * DAY_MS);
      assert.deepEqual(await scene.upkeep.noteLapsed(REALM, 99), []);
      await scene.finish(open);
      assert.deepEqual(await scene.upkeep.noteLapsed(REALM, 99), []);
    });

    it('is no news where nobody is connected, or it was long ago', async () => {
      await using scene = await upkeepScene(openPlace);
      const { grantId } = await scene.obtain('alice', { refreshLifeMs: DAY_MS });
      await scene.obtain('bob', { refreshLifeMs: DAY_MS });
      await scene.place.query(`delete from connections where grant_id = '${grantId}'`);
      await scene.clock.advance(DAY_MS);
      assert.deepEqual(
        (await scene.upkeep.noteLapsed(REALM, 1)).length + (await scene.upkeep.noteLapsed(REALM, 1)).length,
        1,
      );
      await scene.obtain('carol', { refreshLifeMs: DAY_MS });
      await scene.clock.advance(9 * DAY_MS);
      assert.deepEqual(await scene.upkeep.noteLapsed(REALM, 99), []);
      assert.deepEqual(await scene.place.query('select exchange_id from credentials where lapse_at is not null'), []);
    });

    it('can be foreseen', async () => {
      await using scene = await upkeepScene(openPlace);
      for (const [subject, refreshLifeMs] of Object.entries({
        alice: HOUR_MS,
        bob: HOUR_MS,
        carol: DAY_MS,
        dora: 9 * DAY_MS,
      })) {
        await scene.obtain(subject, { refreshLifeMs });
      }
      assert.deepEqual(await scene.upkeep.lapses(REALM, [HOUR_MS, DAY_MS]), { ending: [2, 3], missed: 0 });
      await scene.clock.advance(HOUR_MS);
      assert.deepEqual(await scene.upkeep.lapses(REALM, [HOUR_MS, DAY_MS]), { ending: [0, 1], missed: 0 });
    });

    it('is found for a credential that an earlier version wrote beside this one', async () => {
      await using scene = await upkeepScene(openPlace);
      const { lapseAt = 0 } = await scene.obtain('alice', { refreshLifeMs: DAY_MS });
      await scene.place.query('update credentials set realm = null');
      await scene.goTo(lapseAt);
      assert.deepEqual(await scene.lapsing(), []);
      await scene.upkeep.noteRealms();
      assert.deepEqual(await scene.lapsing(), ['alice']);
    });
  });
}
