import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pause, PauseStore } from '../../../../../src/grants/pacing/pause.ts';
import type { TestClock } from '../../../../support/stores/test-clock.ts';
import { REALM } from '../../../../support/stores/one-grant.ts';
import { OTHER_REALM } from '../../../../support/stores/upkeep-scene.ts';

/** Pauses as two instances on one database see them. */
export interface PausesPlace extends AsyncDisposable {
  readonly clock: TestClock;
  readonly ours: PauseStore;
  readonly theirs: PauseStore;
}

const PAUSE: Pause = {
  strikes: 3,
  struckGrantId: 'some-grant',
  askedUntil: 1_000,
  since: 1_500,
  until: 2_000,
  count: 4,
  probeUntil: 5_000,
  resumedAt: 6_000,
};

/** What every store of pauses must do, whatever database is under it. */
export function pausesContract(database: string, openPlace: () => Promise<PausesPlace>): void {
  describe(`pauses in ${database}`, () => {
    it('are none at first, by the time of the database', async () => {
      await using place = await openPlace();
      const now = place.clock.now();
      assert.deepEqual(await place.ours.read(REALM), { pause: undefined, now });
    });

    it('are every instance’s, and of one realm each', async () => {
      await using place = await openPlace();
      const now = place.clock.now();
      assert.deepEqual(await place.ours.change(REALM, () => PAUSE), { pause: PAUSE, now });
      assert.deepEqual(await place.theirs.read(REALM), { pause: PAUSE, now });
      assert.equal((await place.theirs.read(OTHER_REALM)).pause, undefined);
      await place.theirs.change(OTHER_REALM, () => ({ ...PAUSE, strikes: 1 }));
      assert.deepEqual((await place.ours.read(REALM)).pause, PAUSE);
    });

    it('are made from what they were', async () => {
      await using place = await openPlace();
      await place.ours.change(REALM, (before) => {
        assert.equal(before, undefined);
        return PAUSE;
      });
      await place.theirs.change(REALM, (before) => {
        assert.deepEqual(before, PAUSE);
        return { ...PAUSE, strikes: 0 };
      });
      assert.equal((await place.ours.read(REALM)).pause?.strikes, 0);
    });

    it('leave nothing where they are over', async () => {
      await using place = await openPlace();
      await place.ours.change(REALM, () => PAUSE);
      await place.theirs.change(REALM, () => undefined);
      assert.equal((await place.ours.read(REALM)).pause, undefined);
      assert.equal((await place.ours.change(REALM, () => undefined)).pause, undefined);
    });

    it('lose no change where many are made at once', async () => {
      await using place = await openPlace();
      const strike = (pause: Pause | undefined) => ({ ...PAUSE, strikes: (pause?.strikes ?? 0) + 1 });
      await Promise.all(
        Array.from({ length: 40 }, (_, n) => (n % 2 ? place.ours : place.theirs).change(REALM, strike)),
      );
      assert.equal((await place.ours.read(REALM)).pause?.strikes, 40);
    });
  });
}
