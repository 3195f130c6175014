import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectionKey } from '../../../../../src/grants/connection-key.ts';
import type { ExchangeKind } from '../../../../../src/grants/exchange.ts';
import type { Failure } from '../../../../../src/grants/storage/grant-store.ts';
import type { UnreadAnswer } from '../../../../../src/grants/storage/unread-store.ts';
import type { Unreadable } from '../../../../../src/providers/provider.ts';
import { Secret } from '../../../../../src/secret.ts';
import {
  obtained,
  oneGrant,
  REALM,
  REJECTED,
  SUBJECT,
  UNKNOWN,
  type OneGrant,
} from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';
import type { OpenPlace } from './grant-store-contract.ts';

const BODY = Buffer.from([0x7b, 0xff, 0x00, 0x7d]).toString('base64');

function unread(text = 'HTTP 200'): Failure & { readonly answer: Unreadable } {
  const kept = { status: 200, headers: { 'content-type': 'application/json' }, body: new Secret(BODY), askedAt: 7 };
  const answer = { kind: 'unreadable', detail: text, reason: 'odd_refresh_token', kept } as const;
  return {
    answer: { ...answer, presentedRefreshToken: new Secret('refresh-first') },
    recoveryPath: 'none',
    reader: 'reader-1',
  };
}

/** What a store does with answers that came and that nobody could read. */
export function unreadContract(database: string, openPlace: OpenPlace): void {
  describe(`an answer that nobody could read (${database})`, () => {
    it('is kept with its exchange as it came, and told once', async () => {
      await using at = await oneGrant(openPlace);
      const { exchange } = await answered(at);
      const list = await all(at);
      assert.equal(list.length, 1);
      const [kept] = list;
      assert.deepEqual(kept?.subjects, [SUBJECT]);
      assert.equal(kept.mayPresent, false);
      assert.equal(kept.place.exchangeId, exchange.exchangeId);
      assert.equal(kept.content.kind, 'opened');
      const { content } = kept;
      assert.equal(content.exchange.nonce, exchange.nonce);
      assert.deepEqual(content.exchange.presented, exchange.presented);
      assert.equal(content.answer.kept.body.reveal(), BODY);
      assert.deepEqual({ ...content.answer.kept, body: undefined }, { ...unread().answer.kept, body: undefined });
      assert.equal(content.answer.presentedRefreshToken?.reveal(), 'refresh-first');
      assert.equal(await at.store.finishFailed(exchange, unread()), undefined);
      assert.equal((await all(at)).length, 1);
    });

    it('names the subject of a connection with a name, and no key', async () => {
      await using at = await oneGrant(openPlace, connectionKey({ subject: SUBJECT, connection: 'work' }));
      const { event } = await answered(at);
      assert.deepEqual(event?.subjects, [SUBJECT]);
      assert.deepEqual((await all(at))[0]?.subjects, [SUBJECT]);
    });

    it('ends nothing, holds up its grant, and says so', async () => {
      await using at = await oneGrant(openPlace);
      const { event } = await answered(at);
      assert.equal(event?.type, 'grant.answer_unreadable');
      assert.equal(event.reason, 'odd_refresh_token');
      assert.equal(await at.current(), 'first');
      assert.equal(await isUnread(at), true);
      const unreadStore = await at.place.openUnread();
      assert.deepEqual([...(await unreadStore.counts())], [[REALM, 1]]);
    });

    it('keeps whoever decided before it came from asking again', async () => {
      await using at = await oneGrant(openPlace);
      const first = await at.obtain('first', 'provision');
      const late = await at.open('refresh', first);
      await at.clock.advance(3_600_000);
      // It closes what was abandoned, and finds nothing that it could know of.
      const { current } = await at.view();
      const { last } = await at.otherStore.exchangeStatus(at.grantId);
      await at.store.finishFailed(late, unread());
      const intent = { grantId: at.grantId, kind: 'refresh' as const, presented: current, last, current };
      assert.equal(await at.otherStore.openExchange({ ...intent, isUnread: false }), undefined);
      assert.notEqual(await at.otherStore.openExchange({ ...intent, isUnread: true }), undefined);
    });

    it('is over with the credential that is read out of it, whoever reads it, and comes back once', async () => {
      await using at = await oneGrant(openPlace);
      const { exchange, first } = await answered(at);
      const event = await finishObtained(at.otherStore, exchange, obtained('second'));
      assert.equal(event?.type, 'grant.recovered');
      assert.equal(await finishObtained(at.store, exchange, obtained('third')), undefined);
      assert.equal(await at.current(), 'second');
      assert.equal((await at.place.endReasons()).get(first), 'exchanged');
      assert.equal(await isUnread(at), false);
      // A copy that was kept beside the database comes last, and changes nothing.
      assert.equal(await at.store.finishFailed(exchange, unread()), undefined);
      assert.equal(await at.current(), 'second');
      assert.equal(await isUnread(at), false);
    });

    it('leaves the presented refresh token in force where it has none', async () => {
      await using at = await oneGrant(openPlace);
      const { exchange } = await answered(at);
      await finishObtained(at.store, exchange, obtained('second', { refresh: false }));
      assert.equal((await at.view()).current?.refreshToken()?.reveal(), 'refresh-first');
    });

    it('no longer matters once another credential came', async () => {
      await using at = await oneGrant(openPlace);
      await answered(at);
      await finishObtained(at.store, await openKnowing(at, undefined, 'recover'), obtained('second'));
      assert.equal(await isUnread(at), false);
      assert.equal((await all(at)).length, 1, 'and is kept all the same');
    });

    it('no longer matters once a person has said so, until the next one', async () => {
      await using at = await oneGrant(openPlace);
      const { first } = await answered(at);
      const store = await at.place.openUnread();
      for (const each of await all(at)) await store.letPresent(each);
      assert.equal(await isUnread(at), false);
      assert.equal((await all(at))[0]?.mayPresent, true);
      await at.store.finishFailed(await at.open('refresh', first), unread());
      assert.equal(await isUnread(at), true);
    });

    it('is not a loss while it is kept, even if its refresh token is refused', async () => {
      await using at = await oneGrant(openPlace);
      const { first } = await answered(at);
      const refusal = { ...REJECTED, recoveryPath: 'none' as const };
      const again = await openKnowing(at, first);
      assert.equal(await at.store.finishFailed(again, refusal), undefined);
      assert.equal((await at.view()).current, undefined);
      assert.equal(await isUnread(at), true);
      assert.equal(await at.store.noteReconnectRequired(at.grantId, 'none'), undefined);
      const store = await at.place.openUnread();
      for (const each of await all(at)) await store.drop(each);
      const loss = await at.store.noteReconnectRequired(at.grantId, 'none');
      assert.equal(loss?.type, 'grant.reconnect_required');
      assert.equal(loss.reason, 'answer_lost');
    });

    it('of a recovery leaves its grant unsettled', async () => {
      await using at = await oneGrant(openPlace);
      await at.obtain('first', 'provision');
      await at.store.finishFailed(await at.open('recover'), unread());
      assert.equal((await at.view()).unsettled, true);
    });

    it('may be what an abandoned exchange ends with', async () => {
      await using at = await oneGrant(openPlace);
      const first = await at.obtain('first', 'provision');
      const exchange = await at.open('refresh', first);
      await at.store.finishFailed(exchange, UNKNOWN);
      const event = await at.store.finishFailed(exchange, unread());
      assert.equal(event?.type, 'grant.answer_unreadable');
      assert.equal(await isUnread(at), true);
    });

    it('is found by readers that have not tried it, in pages', async () => {
      await using at = await oneGrant(openPlace);
      const { first } = await answered(at);
      await at.store.finishFailed(await openKnowing(at, first), unread());
      const store = await at.place.openUnread();
      assert.equal((await store.list(REALM, { limit: 9, exceptReadBy: 'reader-1' })).length, 0);
      const [one] = await store.list(REALM, { limit: 1, exceptReadBy: 'reader-2' });
      await store.noteReader(one!, 'reader-2');
      assert.equal((await store.list(REALM, { limit: 9, exceptReadBy: 'reader-2' })).length, 1);
      const [two] = await store.list(REALM, { limit: 1, after: one!.place });
      assert.ok(two!.place.exchangeId > one!.place.exchangeId);
      assert.equal((await store.list(REALM, { limit: 1, after: two!.place })).length, 0);
      assert.equal((await store.list('another realm', { limit: 9 })).length, 0);
    });
  });
}

/** A grant with one credential, whose refresh was answered in a way that nobody can read. */
async function answered(at: OneGrant) {
  const first = await at.obtain('first', 'provision');
  const exchange = await at.open('refresh', first);
  const event = await at.store.finishFailed(exchange, unread());
  return { first, exchange, event };
}

async function openKnowing(at: OneGrant, presentedId: number | undefined, kind: ExchangeKind = 'refresh') {
  const { view, claims } = (await at.store.viewWithStatus(REALM, SUBJECT))!;
  const { current } = view;
  const presented = presentedId === undefined ? undefined : current;
  assert.equal(presented?.exchangeId, presentedId);
  const intent = { grantId: at.grantId, kind, presented, last: claims.last, current };
  return (await at.store.openExchange({ ...intent, isUnread: true }))!;
}

async function isUnread(at: OneGrant): Promise<boolean | undefined> {
  return (await at.store.viewWithStatus(REALM, SUBJECT))?.isUnread;
}

async function all(at: OneGrant): Promise<UnreadAnswer[]> {
  const store = await at.place.openUnread();
  return store.list(REALM, { limit: 100 });
}
