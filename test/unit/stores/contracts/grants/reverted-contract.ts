import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../../../src/grants/storage/grant-store.ts';
import { intentOf } from '../../../../support/stores/intent-of.ts';
import {
  obtained,
  oneGrant,
  REALM,
  REJECTED,
  SUBJECT,
  UNKNOWN,
  type OneGrant,
} from '../../../../support/stores/one-grant.ts';
import type { SqlPlace } from '../../../../support/stores/sql-place.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

const LOST: Failure = { ...REJECTED, recoveryPath: 'none' };

interface Begun extends AsyncDisposable {
  readonly grant: OneGrant;
  readonly place: SqlPlace;
  /** The number of its credential. */
  readonly first: number;
}

/** A grant in a database that understands SQL, with one credential. */
async function begun(openPlace: () => Promise<SqlPlace>): Promise<Begun> {
  const place = await openPlace();
  const grant = await oneGrant(() => Promise.resolve(place));
  const first = await grant.obtain('one', 'provision');
  return { grant, place, first, [Symbol.asyncDispose]: () => grant[Symbol.asyncDispose]() };
}

/** Takes the database back to when no exchange later than this one had been opened. */
async function goBackTo(place: SqlPlace, exchangeId: number): Promise<void> {
  await place.query(`delete from credentials where exchange_id > ${exchangeId}`);
  await place.query(`delete from exchanges where id > ${exchangeId}`);
  await place.query(`delete from events where exchange_id > ${exchangeId}`);
  await place.query(
    `update credentials set ended_at = null, end_reason = null where exchange_id = ${exchangeId} and ended_at is not null`,
  );
  await place.query(`insert into lineages (id, name, began_at) select max(id) + 1, 'another', 0 from lineages`);
}

/** What holds where the database goes back in time, and hands out the same numbers again. */
export function revertedContract(database: string, openPlace: () => Promise<SqlPlace>): void {
  describe(`in ${database} that went back in time`, () => {
    it('an answer in hand is stored with its exchange, once', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      const inHand = await grant.open('refresh', first);
      await goBackTo(place, first);
      await finishObtained(grant.otherStore, inHand, obtained('two'));
      assert.equal(await grant.current(), 'two');
      assert.equal((await grant.place.endReasons()).get(first), 'exchanged');
      assert.equal(await finishObtained(grant.store, inHand, obtained('two')), undefined);
      assert.equal((await place.query('select nonce from credentials')).length, 2);
    });

    it('an answer is never filed under an exchange that has its number by now', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      const inHand = await grant.open('refresh', first);
      await goBackTo(place, first);
      const other = await grant.open('refresh', first, { by: grant.otherStore });
      assert.equal(other.exchangeId, inHand.exchangeId);
      assert.notEqual(other.nonce, inHand.nonce);
      await finishObtained(grant.store, inHand, obtained('of the first'));
      assert.equal((await grant.store.exchangeStatus(grant.grantId)).held, true, 'the other call is still under way');
      await finishObtained(grant.otherStore, other, obtained('of the second'));
      const rows = await place.query('select exchange_id from credentials order by exchange_id');
      assert.deepEqual(
        rows.map((row) => row['exchange_id']),
        [1, 2, 3],
      );
      const third = await grant.store.openExchange(await intentOf(grant.store, REALM, SUBJECT, 'refresh'));
      await grant.store.finishFailed(third!, REJECTED);
      assert.equal(await grant.current(), 'of the second');
    });

    it('the token that an answer leaves in force comes along with it', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      const second = await grant.obtain('two', 'refresh', first);
      const inHand = await grant.open('refresh', second);
      await goBackTo(place, first);
      const presentedRefreshToken = obtained('two').tokens.refreshToken!;
      await finishObtained(grant.store, inHand, { ...obtained('three', { refresh: false }), presentedRefreshToken });
      assert.equal((await grant.view()).current?.refreshToken()?.reveal(), 'refresh-two');
    });

    it('an old answer is no newer than what was obtained since', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      const inHand = await grant.open('refresh', first);
      await goBackTo(place, first);
      await grant.clock.advance(1_000);
      await grant.obtain('newer', 'refresh', first);
      await finishObtained(grant.store, inHand, obtained('older'));
      assert.equal(await grant.current(), 'newer');
      assert.equal((await place.query('select nonce from credentials')).length, 3);
    });

    it('a refusal ends the token that was presented, and none that has its number', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      const second = await grant.obtain('two', 'refresh', first);
      const refused = await grant.open('refresh', second);
      await goBackTo(place, first);
      const again = await grant.obtain('two again', 'refresh', first);
      assert.equal(again, second);
      await grant.store.finishFailed(refused, LOST);
      assert.equal(await grant.current(), 'two again');
      assert.equal((await grant.view()).current?.refreshToken()?.reveal(), 'refresh-two again');
    });

    it('nothing is opened on what was read before, though the numbers are the same', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      await grant.obtain('two', 'refresh', first);
      const read = await intentOf(grant.store, REALM, SUBJECT, 'refresh');
      await goBackTo(place, first);
      await grant.obtain('two again', 'refresh', first);
      assert.equal(await grant.store.openExchange(read), undefined);
    });

    it('a lease is renewed of the exchange that is meant alone', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      const inHand = await grant.open('refresh', first);
      await goBackTo(place, first);
      await grant.open('refresh', first, { by: grant.otherStore });
      const lease = async () => (await place.query('select lease_until from exchanges where finished_at is null'))[0];
      const before = await lease();
      await grant.clock.advance(1_000);
      await grant.store.renewLease(inHand);
      assert.deepEqual(await lease(), before);
    });

    it('a loss is told as reverted, and not as refused', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      await grant.obtain('two', 'refresh', first);
      await goBackTo(place, first);
      const event = await grant.store.finishFailed(await grant.open('refresh', first), LOST);
      assert.deepEqual([event?.type, event?.reason], ['grant.reconnect_required', 'reverted']);
    });

    it('a loss is told as reverted where the refused exchange was there before, and what followed is forgotten', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      const slow = await grant.open('refresh', first);
      const quick = await grant.takeOver('refresh', first);
      await finishObtained(grant.otherStore, quick, obtained('two'));
      await goBackTo(place, slow.exchangeId);
      await place.query('update credentials set ended_at = null, end_reason = null');
      const event = await grant.store.finishFailed(slow, LOST);
      assert.deepEqual([event?.type, event?.reason], ['grant.reconnect_required', 'reverted']);
    });

    it('a loss is told as reverted where the refused token came with an answer that was written again', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      const inHand = await grant.open('refresh', first);
      await goBackTo(place, first);
      await finishObtained(grant.store, inHand, obtained('two'));
      const { current } = await grant.view();
      const refused = await grant.store.openExchange(await intentOf(grant.store, REALM, SUBJECT, 'refresh'));
      const event = await grant.store.finishFailed(refused!, LOST);
      assert.equal(current?.nonce, refused?.presented?.nonce);
      assert.equal(event?.reason, 'reverted');
    });

    it('what was obtained since is refused like any other', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      await goBackTo(place, first);
      const second = await grant.obtain('two', 'refresh', first);
      const event = await grant.store.finishFailed(await grant.open('refresh', second), LOST);
      assert.equal(event?.reason, 'refused');
    });

    it('an answer of a grant that is gone is refused, unless its user has left', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      const inHand = await grant.open('refresh', first);
      await goBackTo(place, 0);
      await place.query('delete from connections');
      await place.query('delete from grants');
      await assert.rejects(finishObtained(grant.store, inHand, obtained('two')), { code: 'grant_forgotten' });
      assert.equal(await grant.store.finishFailed(inHand, UNKNOWN), undefined);
      await place.query(`insert into events (number, type, at, realm, grant_id, subjects, exchange_id)
        values (1, 'grant.disconnected', 1, '${REALM}', '${grant.grantId}', '[]', 1)`);
      assert.equal(await finishObtained(grant.store, inHand, obtained('two')), undefined);
    });

    it('a failure of an exchange that is gone is noted, and holds back nobody newer', async () => {
      await using scene = await begun(openPlace);
      const { grant, place, first } = scene;
      const inHand = await grant.open('refresh', first);
      await goBackTo(place, first);
      await grant.store.finishFailed(inHand, UNKNOWN);
      assert.deepEqual(
        (await place.query('select outcome from exchanges order by id')).map((row) => row['outcome']),
        ['obtained', 'unknown'],
      );
    });
  });
}
