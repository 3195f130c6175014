import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptiedContract } from '../grants/emptied-contract.ts';
import { forgettingContract } from './forgetting-contract.ts';
import { lostGrantsContract } from '../grants/lost-grants-contract.ts';
import { lapsedContract } from './lapsed-contract.ts';
import { HOUR_MS, REALM, REJECTED, UNKNOWN } from '../../../../support/stores/one-grant.ts';
import type { SqlPlace } from '../../../../support/stores/sql-place.ts';
import { DAY_MS, OTHER_REALM, upkeepScene, type Given } from '../../../../support/stores/upkeep-scene.ts';

const MINUTE_MS = 60_000;
type OpenSqlPlace = () => Promise<SqlPlace>;

/** What upkeep reads and writes, whatever database is under it. */
export function upkeepContract(database: string, openPlace: OpenSqlPlace): void {
  usageContract(database, openPlace);
  loadContract(database, openPlace);
  dueContract(database, openPlace);
  lapsingContract(database, openPlace);
  lapsedContract(database, openPlace);
  forgettingContract(database, openPlace);
  lostGrantsContract(database, openPlace);
  emptiedContract(database, openPlace);
  eventRowsContract(database, openPlace);
}

function usageContract(database: string, openPlace: OpenSqlPlace): void {
  describe(`noting use in ${database}`, () => {
    it('keeps the first time, whoever notes it again', async () => {
      await using scene = await upkeepScene(openPlace);
      const { grantId, exchangeId } = await scene.obtain('alice');
      await scene.obtain('bob');
      const first = scene.clock.now();
      await scene.upkeep.noteUsed([{ grantId, exchangeId }]);
      await scene.clock.advance(5000);
      await scene.upkeep.noteUsed([{ grantId, exchangeId }]);
      await scene.other.upkeep.noteUsed([{ grantId, exchangeId }]);
      const rows = await scene.place.query(
        'select used_at from credentials c join connections k on k.grant_id = c.grant_id order by subject',
      );
      assert.deepEqual(
        rows.map((row) => row['used_at']),
        [first, null],
      );
    });

    it('takes more ids than one statement names, none at all, and those of nobody', async () => {
      await using scene = await upkeepScene(openPlace);
      const given = [await scene.obtain('alice'), await scene.obtain('bob')];
      const nobody = Array.from({ length: 1200 }, (_, exchangeId) => ({ grantId: 'nobody', exchangeId }));
      await scene.upkeep.noteUsed([]);
      await scene.upkeep.noteUsed([...given.slice(0, 1), ...nobody, ...given.slice(1)]);
      assert.deepEqual(await scene.place.query('select exchange_id from credentials where used_at is null'), []);
    });
  });
}

function loadContract(database: string, openPlace: OpenSqlPlace): void {
  describe(`the load in ${database}`, () => {
    it('is nothing at first', async () => {
      await using scene = await upkeepScene(openPlace);
      assert.deepEqual(await scene.upkeep.load(REALM), { recentExchanges: 0, recentLapses: 0 });
    });

    it('counts what all instances have opened, of whatever end, and what is open', async () => {
      await using scene = await upkeepScene(openPlace);
      await scene.obtain('alice');
      await scene.fail('bob', UNKNOWN);
      await scene.open('carol');
      await scene.other.grants.connect(REALM, 'dora');
      const { grantId } = (await scene.other.grants.view(REALM, 'dora'))!;
      const intent = { grantId, kind: 'provision', presented: undefined, last: undefined, current: undefined } as const;
      await scene.other.grants.openExchange(intent);
      for (const each of [scene.upkeep, scene.other.upkeep]) {
        assert.equal((await each.load(REALM)).recentExchanges, 4);
      }
    });

    it('counts the last minute alone', async () => {
      await using scene = await upkeepScene(openPlace);
      await scene.obtain('alice');
      await scene.clock.advance(MINUTE_MS / 2);
      await scene.obtain('bob');
      await scene.clock.advance(MINUTE_MS / 2 - 1);
      assert.equal((await scene.upkeep.load(REALM)).recentExchanges, 2);
      await scene.clock.advance(1);
      assert.equal((await scene.upkeep.load(REALM)).recentExchanges, 1);
    });

    it('leaves other realms apart', async () => {
      await using scene = await upkeepScene(openPlace);
      await scene.obtain('alice', { realm: OTHER_REALM });
      await scene.fail('bob', UNKNOWN, { realm: OTHER_REALM });
      assert.deepEqual(await scene.upkeep.load(REALM), { recentExchanges: 0, recentLapses: 0 });
      assert.deepEqual(await scene.upkeep.load(OTHER_REALM), { recentExchanges: 2, recentLapses: 0 });
    });

    it('counts apart what has spent a refresh token that was about to lapse', async () => {
      await using scene = await upkeepScene(openPlace);
      const refreshLifeMs = DAY_MS;
      const { exchangeId, lapseAt = 0 } = await scene.obtain('alice', { refreshLifeMs });
      const { exchangeId: ofBob } = await scene.obtain('bob', { refreshLifeMs: 3 * DAY_MS });
      await scene.goTo(lapseAt);
      await scene.obtain('alice', { kind: 'refresh', presentedId: exchangeId, refreshLifeMs });
      await scene.fail('bob', UNKNOWN, { kind: 'refresh', presentedId: ofBob });
      assert.deepEqual(await scene.upkeep.load(REALM), { recentExchanges: 2, recentLapses: 1 });
    });
  });
}

function dueContract(database: string, openPlace: OpenSqlPlace): void {
  describe(`what is due in ${database}`, () => {
    it('is a token in use, from its time on until its end', async () => {
      await using scene = await upkeepScene(openPlace);
      const { exchangeId, grantId, renewAt, expiresAt } = await scene.obtain('alice');
      await scene.obtain('bob');
      await scene.upkeep.noteUsed([{ grantId, exchangeId }]);
      await scene.goTo(renewAt - 1);
      assert.deepEqual(await scene.upkeep.due(REALM, 9), []);
      await scene.goTo(renewAt);
      assert.deepEqual(await scene.upkeep.due(REALM, 9), [{ grantId, subject: 'alice', exchangeId }]);
      await scene.goTo(expiresAt - 1);
      assert.deepEqual(await scene.due(), ['alice']);
      await scene.goTo(expiresAt);
      assert.deepEqual(await scene.due(), []);
    });

    for (const lifeMs of [20_000, HOUR_MS, DAY_MS, 30 * DAY_MS]) {
      it(`misses nothing between its time and its end where a token lives for ${lifeMs / 1000} s`, async () => {
        await using scene = await upkeepScene(openPlace);
        const given: Given[] = [];
        for (let count = 0; count < 12; count++) given.push(await scene.obtain(`user-${count}`, { lifeMs }));
        await scene.upkeep.noteUsed(given);
        for (const at of given.flatMap(({ renewAt, expiresAt }) => [renewAt, expiresAt - 1]).sort((a, b) => a - b)) {
          await scene.goTo(at);
          const expected = given.filter(({ renewAt, expiresAt }) => renewAt <= at && at < expiresAt);
          const found = await scene.upkeep.due(REALM, 99);
          assert.deepEqual(found.map(({ grantId }) => grantId).sort(), expected.map(({ grantId }) => grantId).sort());
        }
      });
    }

    it('is no token that only a harsher exchange could follow', async () => {
      await using scene = await upkeepScene(openPlace);
      const { grantId, exchangeId, expiresAt } = await scene.obtain('alice', { refresh: false });
      await scene.upkeep.noteUsed([{ grantId, exchangeId }]);
      await scene.goTo(expiresAt - 1);
      assert.deepEqual(await scene.due(), []);
    });

    it('is the newest credential alone', async () => {
      await using scene = await upkeepScene(openPlace);
      const first = await scene.obtain('alice');
      const slow = await scene.open('alice', { kind: 'refresh', presentedId: first.exchangeId });
      await scene.clock.advance(HOUR_MS);
      const newer = await scene.obtain('alice', {
        kind: 'refresh',
        presentedId: first.exchangeId,
        lifeMs: 2 * HOUR_MS,
      });
      const older = await scene.finish(slow);
      await scene.upkeep.noteUsed([older]);
      await scene.goTo(older.expiresAt - 1);
      assert.deepEqual(await scene.due(), [], 'the older one is of no use to anybody');
      await scene.upkeep.noteUsed([newer]);
      await scene.goTo(newer.renewAt);
      assert.deepEqual(
        (await scene.upkeep.due(REALM, 9)).map(({ exchangeId }) => exchangeId),
        [newer.exchangeId],
      );
    });

    it('is none that has ended', async () => {
      await using scene = await upkeepScene(openPlace);
      const { grantId, exchangeId, expiresAt } = await scene.obtain('alice', { refreshLifeMs: HOUR_MS });
      await scene.upkeep.noteUsed([{ grantId, exchangeId }]);
      await scene.fail('alice', REJECTED, { kind: 'refresh', presentedId: exchangeId });
      await scene.goTo(expiresAt - 1);
      assert.deepEqual(await scene.due(), []);
    });

    it('is none that backs off, until it does no longer', async () => {
      await using scene = await upkeepScene(openPlace);
      const { grantId, exchangeId, renewAt } = await scene.obtain('alice');
      await scene.upkeep.noteUsed([{ grantId, exchangeId }]);
      await scene.goTo(renewAt);
      const backoff = { failures: 1, lastFailure: 'unknown', retryAt: renewAt + 500 } as const;
      await scene.fail('alice', { ...UNKNOWN, backoff }, { kind: 'refresh', presentedId: exchangeId });
      assert.deepEqual(await scene.due(), []);
      await scene.goTo(renewAt + 499);
      assert.deepEqual(await scene.due(), []);
      await scene.goTo(renewAt + 500);
      assert.deepEqual(await scene.due(), ['alice']);
    });

    it('is no more than asked for, of those that end the soonest', async () => {
      await using scene = await upkeepScene(openPlace);
      const lives = { carol: 1_040_000, alice: 1_000_000, dora: 1_060_000, bob: 1_020_000 };
      const given: Given[] = [];
      for (const [subject, lifeMs] of Object.entries(lives)) given.push(await scene.obtain(subject, { lifeMs }));
      await scene.upkeep.noteUsed(given);
      await scene.clock.advance(999_999);
      const soonest = given.sort((one, other) => one.expiresAt - other.expiresAt).map(({ grantId }) => grantId);
      const due = async (limit: number) => (await scene.upkeep.due(REALM, limit)).map(({ grantId }) => grantId);
      assert.deepEqual(await due(9), soonest);
      assert.deepEqual(await due(2), soonest.slice(0, 2));
      assert.deepEqual(await scene.due(REALM, 0), []);
    });

    it('leaves other realms apart', async () => {
      await using scene = await upkeepScene(openPlace);
      const given = [await scene.obtain('alice', { realm: OTHER_REALM }), await scene.obtain('bob')];
      await scene.upkeep.noteUsed(given);
      await scene.goTo(scene.clock.now() + HOUR_MS - 1);
      assert.deepEqual(await scene.due(), ['bob']);
      assert.deepEqual(await scene.due(OTHER_REALM), ['alice']);
    });

    it('names a grant once that has two subjects, and none that has nobody', async () => {
      await using scene = await upkeepScene(openPlace);
      const { exchangeId, grantId, expiresAt } = await scene.obtain('bob', { refreshLifeMs: HOUR_MS });
      const left = await scene.obtain('carol');
      await scene.place.query(
        `insert into connections (realm, subject, grant_id, created_at) values ('${REALM}', 'alice', '${grantId}', 0)`,
      );
      await scene.place.query(`delete from connections where grant_id = '${left.grantId}'`);
      await scene.upkeep.noteUsed([{ grantId, exchangeId }, left]);
      await scene.goTo(expiresAt - 1);
      assert.deepEqual(await scene.upkeep.due(REALM, 9), [{ grantId, subject: 'alice', exchangeId }]);
      assert.deepEqual(await scene.upkeep.lapsing(REALM, 9), [{ grantId, subject: 'alice', exchangeId }]);
    });
  });
}

function lapsingContract(database: string, openPlace: OpenSqlPlace): void {
  describe(`what lapses in ${database}`, () => {
    it('is a refresh token near its end, though nobody uses it and its access token has long ended', async () => {
      await using scene = await upkeepScene(openPlace);
      const refreshLifeMs = 365 * DAY_MS;
      const start = scene.clock.now();
      const { grantId, exchangeId, lapseAt = 0 } = await scene.obtain('alice', { refreshLifeMs });
      await scene.obtain('bob');
      await scene.goTo(lapseAt - 1);
      assert.deepEqual(await scene.lapsing(), []);
      await scene.goTo(lapseAt);
      assert.deepEqual(await scene.lapsing(), ['alice']);
      await scene.upkeep.noteUsed([{ grantId, exchangeId }]);
      await scene.goTo(start + refreshLifeMs - 1);
      assert.deepEqual(await scene.lapsing(), ['alice']);
      await scene.goTo(start + refreshLifeMs);
      assert.deepEqual(await scene.lapsing(), []);
    });

    it('is no refresh token whose end a refresh would not put off', async () => {
      await using scene = await upkeepScene(openPlace);
      const refreshLifeMs = DAY_MS;
      const { exchangeId } = await scene.obtain('alice', { refreshLifeMs });
      await scene.obtain('alice', { kind: 'refresh', presentedId: exchangeId, refresh: false });
      await scene.goTo(scene.clock.now() + refreshLifeMs - 1);
      assert.deepEqual(await scene.lapsing(), []);
    });

    it('is the same refresh token again where each use puts its end off', async () => {
      await using scene = await upkeepScene(openPlace);
      const refreshLifeMs = 180 * DAY_MS;
      const { exchangeId, lapseAt: first = 0 } = await scene.obtain('alice', { refreshLifeMs });
      await scene.goTo(first);
      const wish = { kind: 'refresh', presentedId: exchangeId, refresh: false, refreshLifeMs } as const;
      const { lapseAt = 0 } = await scene.obtain('alice', wish);
      assert.deepEqual(await scene.lapsing(), []);
      await scene.goTo(lapseAt);
      assert.ok(lapseAt > first + 100 * DAY_MS);
      assert.deepEqual(await scene.lapsing(), ['alice']);
      const { current } = (await scene.store.view(REALM, 'alice'))!;
      assert.equal(current?.refreshToken()?.reveal(), `refresh-${current?.grantId}-${exchangeId}`);
    });

    it('is no lapse of a refresh token that never came', async () => {
      await using scene = await upkeepScene(openPlace);
      const { lapseAt = 0 } = await scene.obtain('alice', { refresh: false, refreshLifeMs: DAY_MS });
      await scene.goTo(lapseAt);
      assert.deepEqual(await scene.lapsing(), []);
    });

    it('comes in the order of the share that is left of the time in which to exchange it', async () => {
      await using scene = await upkeepScene(openPlace);
      const lives = { 'a year': 365 * DAY_MS, 'a day': DAY_MS, 'an hour': HOUR_MS };
      const start = scene.clock.now();
      const given: Given[] = [];
      for (const [subject, refreshLifeMs] of Object.entries(lives)) {
        // Each is to end at the same moment, when the others are due as well.
        await scene.goTo(start + 365 * DAY_MS - refreshLifeMs);
        given.push(await scene.obtain(subject, { refreshLifeMs }));
      }
      await scene.goTo(start + 365 * DAY_MS - MINUTE_MS);
      assert.deepEqual(await scene.lapsing(), ['a year', 'a day', 'an hour']);
      assert.deepEqual(await scene.lapsing(REALM, 1), ['a year']);
      assert.deepEqual(await scene.lapsing(REALM, 0), []);
      assert.deepEqual(await scene.lapsing(OTHER_REALM), []);
    });

    it('is none that backs off', async () => {
      await using scene = await upkeepScene(openPlace);
      const { exchangeId, lapseAt = 0 } = await scene.obtain('alice', { refreshLifeMs: DAY_MS });
      await scene.goTo(lapseAt);
      const backoff = { failures: 1, lastFailure: 'throttled', retryAt: lapseAt + 500 } as const;
      await scene.fail('alice', { ...UNKNOWN, backoff }, { kind: 'refresh', presentedId: exchangeId });
      assert.deepEqual(await scene.lapsing(), []);
      await scene.goTo(lapseAt + 500);
      assert.deepEqual(await scene.lapsing(), ['alice']);
    });
  });
}

function eventRowsContract(database: string, openPlace: OpenSqlPlace): void {
  describe(`the table of events in ${database}`, () => {
    it('holds what was told, with all subjects of the grant, and the realm of one that nobody has', async () => {
      await using scene = await upkeepScene(openPlace);
      const { exchangeId, grantId } = await scene.obtain('bob');
      await scene.place.query(
        `insert into connections (realm, subject, grant_id, created_at) values ('${REALM}', 'alice', '${grantId}', 0)`,
      );
      await scene.clock.advance(7);
      const second = await scene.obtain('bob', { kind: 'refresh', presentedId: exchangeId });
      const third = await scene.open('bob', { kind: 'refresh', presentedId: second.exchangeId });
      await scene.place.query(`delete from connections where grant_id = '${grantId}'`);
      await scene.store.finishFailed(third, { ...REJECTED, recoveryPath: 'none' });
      const at = scene.clock.now();
      const shared = { realm: REALM, grant_id: grantId };
      const rows = await scene.place.query('select * from events order by id');
      assert.deepEqual(
        rows.map((row) => ({ ...row })),
        [
          {
            type: 'grant.created',
            reason: null,
            at: at - 7,
            subjects: '["bob"]',
            exchange_id: exchangeId,
            detail: null,
          },
          {
            type: 'grant.reconnect_required',
            reason: 'refused',
            at,
            subjects: '[]',
            exchange_id: third.exchangeId,
            detail: 'dead',
          },
        ].map((event, index) => ({ id: rows[index]?.['id'], number: index + 1, ...event, ...shared })),
      );
    });
  });
}
