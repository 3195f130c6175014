import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../../../../src/secret.ts';
import { HOUR_MS, REALM, REJECTED } from '../../../../support/stores/one-grant.ts';
import type { SqlPlace } from '../../../../support/stores/sql-place.ts';
import { DAY_MS, upkeepScene, type UpkeepScene } from '../../../../support/stores/upkeep-scene.ts';

const LOST_MS = 10 * DAY_MS;
const RETENTION = { factsMs: 2 * DAY_MS, tokensMs: DAY_MS, lostMs: LOST_MS, irreparable: [REALM] };
const TABLES = ['grants', 'connections', 'credentials', 'exchanges', 'events'];

/** What becomes of grants that only their users could repair, and who forgets. */
export function lostGrantsContract(database: string, openPlace: () => Promise<SqlPlace>): void {
  describe(`lost grants in ${database}`, () => {
    it('are forgotten with everything that was known of them, once they have been lost for long enough', async () => {
      await using scene = await upkeepScene(openPlace);
      await lose(scene, 'alice');
      await forgetAfter(scene, LOST_MS - HOUR_MS);
      assert.deepEqual(await counts(scene), [1, 1, 1, 2, 1], 'until then all is kept');
      await forgetAfter(scene, 2 * HOUR_MS);
      assert.deepEqual(await counts(scene), [0, 0, 0, 0, 0]);
      assert.equal(await scene.store.view(REALM, 'alice'), undefined);
      const { exchangeId } = await scene.obtain('alice');
      assert.equal(exchangeId, 1, 'who comes back connects as somebody new');
    });

    it('are kept where their provider can repair them by itself', async () => {
      await using scene = await upkeepScene(openPlace);
      await lose(scene, 'alice');
      await forgetAfter(scene, 3 * LOST_MS, []);
      assert.deepEqual(await counts(scene), [1, 1, 1, 2, 1]);
    });

    it('are kept once they were got over, and lost anew from then on', async () => {
      await using scene = await upkeepScene(openPlace);
      await lose(scene, 'alice');
      await scene.clock.advance(LOST_MS - DAY_MS);
      const { exchangeId } = await scene.obtain('alice', { kind: 'link' });
      await forgetAfter(scene, 2 * LOST_MS);
      assert.ok((await scene.store.view(REALM, 'alice'))?.current !== undefined);
      const failure = { ...REJECTED, recoveryPath: 'none' } as const;
      await scene.fail('alice', failure, { kind: 'refresh', presentedId: exchangeId });
      await forgetAfter(scene, LOST_MS - HOUR_MS);
      assert.ok((await scene.store.view(REALM, 'alice')) !== undefined);
      await forgetAfter(scene, DAY_MS);
      assert.equal(await scene.store.view(REALM, 'alice'), undefined);
    });

    it('are kept while their user is on the way to reconnect them, and while somebody tries', async () => {
      await using scene = await upkeepScene(openPlace);
      for (const subject of ['alice', 'bob', 'carol']) await lose(scene, subject);
      await scene.clock.advance(LOST_MS - HOUR_MS);
      await scene.fail('bob', REJECTED, { kind: 'recover' });
      await scene.clock.advance(2 * HOUR_MS);
      const { links } = await scene.place.openAll();
      const expiresAt = scene.clock.now() + DAY_MS;
      await links.begin({ realm: REALM, subject: 'carol', returnTo: '', ticket: new Secret('ticket'), expiresAt });
      await forgetAfter(scene, 0);
      const isThere = async () =>
        Promise.all(['alice', 'bob', 'carol'].map(async (each) => (await scene.store.view(REALM, each)) !== undefined));
      assert.deepEqual(await isThere(), [false, true, true]);
      await scene.place.query(`delete from links`);
      await forgetAfter(scene, 2 * LOST_MS);
      assert.deepEqual(await isThere(), [false, false, false]);
    });

    it('are those as well that nobody is connected to and that could not be revoked', async () => {
      await using scene = await upkeepScene(openPlace);
      await scene.obtain('alice');
      const { connections } = await scene.place.openAll();
      await connections.disconnect(REALM, 'alice');
      await forgetAfter(scene, LOST_MS - HOUR_MS);
      assert.equal((await counts(scene))[0], 1);
      await forgetAfter(scene, DAY_MS);
      assert.deepEqual(await counts(scene), [0, 0, 0, 0, 0]);
    });

    it('are not what stands, however old', async () => {
      await using scene = await upkeepScene(openPlace);
      await scene.obtain('alice');
      await forgetAfter(scene, 100 * LOST_MS);
      assert.ok((await scene.store.view(REALM, 'alice'))?.current !== undefined);
    });
  });

  describe(`who forgets in ${database}`, () => {
    it('is one instance at a time, and another one once that is silent', async () => {
      await using scene = await upkeepScene(openPlace);
      const [one, other] = [scene.upkeep, scene.other.upkeep];
      assert.equal((await one.forget(RETENTION, 9)).kind, 'forgotten');
      assert.equal((await other.forget(RETENTION, 9)).kind, 'elsewhere');
      await scene.clock.advance(20_000);
      assert.equal((await one.forget(RETENTION, 9)).kind, 'forgotten', 'which keeps it while it goes on');
      await scene.clock.advance(20_000);
      assert.equal((await other.forget(RETENTION, 9)).kind, 'elsewhere');
      await scene.clock.advance(10_000);
      assert.equal((await other.forget(RETENTION, 9)).kind, 'forgotten');
      assert.equal((await one.forget(RETENTION, 9)).kind, 'elsewhere');
    });

    it('is another one where the clock was set back under a lease', async () => {
      await using scene = await upkeepScene(openPlace);
      await scene.upkeep.forget(RETENTION, 9);
      await scene.clock.setBack(DAY_MS);
      assert.equal((await scene.other.upkeep.forget(RETENTION, 9)).kind, 'forgotten');
    });

    it('walks again what a clock ahead of time has walked', async () => {
      await using scene = await upkeepScene(openPlace);
      await scene.clock.advance(100 * DAY_MS);
      await forgetAfter(scene, 0);
      await scene.clock.setBack(100 * DAY_MS);
      const { exchangeId } = await scene.obtain('alice');
      await scene.clock.advance(1);
      await scene.obtain('alice', { kind: 'refresh', presentedId: exchangeId });
      await forgetAfter(scene, HOUR_MS);
      await forgetAfter(scene, 5 * DAY_MS);
      assert.deepEqual(await counts(scene), [1, 1, 1, 1, 0]);
    });
  });
}

/** Obtains a credential and has it refused for good. */
async function lose(scene: UpkeepScene, subject: string): Promise<void> {
  const { exchangeId } = await scene.obtain(subject);
  const failure = { ...REJECTED, recoveryPath: 'none' } as const;
  await scene.fail(subject, failure, { kind: 'refresh', presentedId: exchangeId });
}

/** Lets time pass, and forgets a few times on the way. */
async function forgetAfter(scene: UpkeepScene, ms: number, irreparable: readonly string[] = [REALM]): Promise<void> {
  for (let part = 0; part < 4; part++) {
    await scene.clock.advance(part === 0 ? ms - Math.min(ms, 3 * HOUR_MS) : Math.min(ms, 3 * HOUR_MS) / 3);
    const now = scene.clock.now();
    await scene.forget(now - RETENTION.factsMs, {
      tokensBefore: now - RETENTION.tokensMs,
      lostMs: LOST_MS,
      irreparable,
    });
  }
}

async function counts({ place }: UpkeepScene): Promise<number[]> {
  const rows = await Promise.all(TABLES.map((table) => place.query(`select count(*) as count from ${table}`)));
  return rows.map(([row]) => Number(row?.['count']));
}
