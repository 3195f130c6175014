import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EventReason, EventType } from '../../../../../src/grants/events.ts';
import { obtained, REALM } from '../../../../support/stores/one-grant.ts';
import type { SqlPlace } from '../../../../support/stores/sql-place.ts';
import { upkeepScene } from '../../../../support/stores/upkeep-scene.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

/** A log with these events in it, each a second after the one before; grants are named by letters. */
async function written(
  openPlace: () => Promise<SqlPlace>,
  events: [EventType, EventReason | null, string, string[]][],
) {
  const place = await openPlace();
  const { events: log } = await place.openAll();
  for (const [index, [type, reason, grant, subjects]] of events.entries()) {
    const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
    await place.query(`insert into events (number, type, reason, at, realm, grant_id, subjects, exchange_id)
      values (${index}, '${type}', ${reason === null ? 'null' : quoted(reason)}, ${1000 * index}, '${REALM}', ${quoted(grant)},
        ${quoted(JSON.stringify(subjects))}, ${index})`);
  }
  return { log, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

/** The log of events, read. */
export function eventLogContract(database: string, openPlace: () => Promise<SqlPlace>): void {
  describe(`the log of events in ${database}`, () => {
    it('gives events as they were told', async () => {
      await using scene = await upkeepScene(openPlace);
      const told = await finishObtained(scene.store, await scene.open('alice'), obtained('one'));
      const { events } = await scene.place.openAll();
      assert.deepEqual(await events.list({ limit: 9 }), [told]);
      assert.equal(await events.newestId(), told?.id);
    });

    it('is empty at first', async () => {
      await using at = await written(openPlace, []);
      assert.deepEqual(await at.log.list({ limit: 9 }), []);
      assert.deepEqual(await at.log.counts(), { kinds: [], losses: 0, reverted: 0 });
      assert.equal(await at.log.newestId(), 0);
    });

    it('gives the newest first, or goes on after an id', async () => {
      await using at = await written(
        openPlace,
        Array.from({ length: 5 }, () => ['grant.refreshed', null, 'a', ['alice']]),
      );
      const exchanges = async (query: { limit: number; after?: number }) =>
        (await at.log.list(query)).map(({ exchangeId }) => exchangeId);
      assert.deepEqual(await exchanges({ limit: 2 }), [4, 3]);
      const [third] = (await at.log.list({ limit: 3 })).slice(-1);
      assert.deepEqual(await exchanges({ limit: 9, after: third?.id ?? 0 }), [3, 4]);
      assert.deepEqual(await exchanges({ limit: 2, after: 0 }), [0, 1]);
      assert.deepEqual(await exchanges({ limit: 9, after: await at.log.newestId() }), []);
    });

    it('finds the events of certain types, and those of a subject by the very name', async () => {
      const names = ['alice', 'Alice', 'alice2', 'x,"alice', '["alice', 'al%', "o'hara", 'ünï"\\', ''];
      await using at = await written(openPlace, [
        ...names.map((name): [EventType, null, string, string[]] => ['grant.created', null, name, [name]]),
        ['grant.refreshed', null, 'shared', ['alice', 'bob', 'carol']],
      ]);
      const grants = async (subject: string, types?: EventType[]) =>
        (await at.log.list({ limit: 99, subject, types, after: 0 })).map(({ grantId }) => grantId);
      assert.deepEqual(await grants('alice'), ['alice', 'shared']);
      assert.deepEqual(await grants('carol'), ['shared']);
      for (const name of names.slice(1)) assert.deepEqual(await grants(name), [name]);
      assert.deepEqual(await grants('alice', ['grant.refreshed', 'grant.recovered']), ['shared']);
      assert.deepEqual(await grants('alice', []), []);
      assert.deepEqual(await grants('nobody'), []);
    });

    it('counts by type and reason, and each loss once', async () => {
      await using at = await written(openPlace, [
        ['grant.created', null, 'a', ['alice']],
        ['grant.recovered', 'answer_lost', 'a', ['alice']],
        ['grant.recovered', 'refused', 'a', ['alice']],
        ['grant.reconnect_required', 'answer_lost', 'b', ['bob']],
        ['grant.recovered', 'answer_lost', 'b', ['bob']],
        ['grant.recovered', 'answer_lost', 'b', ['bob']],
        ['grant.reconnect_required', 'refused', 'c', ['carol']],
      ]);
      assert.deepEqual(await at.log.counts(), {
        kinds: [
          { type: 'grant.created', reason: undefined, count: 1 },
          { type: 'grant.reconnect_required', reason: 'answer_lost', count: 1 },
          { type: 'grant.reconnect_required', reason: 'refused', count: 1 },
          { type: 'grant.recovered', reason: 'answer_lost', count: 3 },
          { type: 'grant.recovered', reason: 'refused', count: 1 },
        ],
        losses: 3,
        reverted: 0,
      });
      assert.deepEqual(await at.log.counts({ subject: 'bob', types: ['grant.recovered'] }), {
        kinds: [{ type: 'grant.recovered', reason: 'answer_lost', count: 2 }],
        losses: 1,
        reverted: 0,
      });
    });

    it('counts refreshes by their exchanges, one that was a recovery as that alone', async () => {
      await using scene = await upkeepScene(openPlace);
      const obtain = async (subject: string, presentedId?: number) =>
        scene.obtain(subject, presentedId === undefined ? {} : { kind: 'refresh', presentedId });
      const first = await obtain('alice');
      const second = await obtain('alice', first.exchangeId);
      await obtain('alice', second.exchangeId);
      const bobs = await obtain('bob');
      await obtain('bob', bobs.exchangeId);
      const { events } = await scene.place.openAll();
      const counted = async (filter?: Parameters<typeof events.counts>[0]) =>
        Object.fromEntries((await events.counts(filter)).kinds.map(({ type, count }) => [type, count]));
      assert.deepEqual(await counted(), { 'grant.created': 2, 'grant.refreshed': 3 });
      assert.deepEqual(await counted({ subject: 'bob' }), { 'grant.created': 1, 'grant.refreshed': 1 });
      assert.deepEqual(await counted({ types: ['grant.created'] }), { 'grant.created': 2 });
      await scene.place.query(`update events set type = 'grant.recovered'`);
      await scene.place.query(
        `update events set exchange_id = ${second.exchangeId} where grant_id = '${second.grantId}'`,
      );
      assert.deepEqual(await counted(), { 'grant.recovered': 2, 'grant.refreshed': 2 });
    });
  });
}
