import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GrantEvent, RecoveryPath } from '../../../../../src/grants/events.ts';
import { DEFAULT_BOUNDS } from '../../../../../src/grants/exchange.ts';
import type { Failure } from '../../../../../src/grants/storage/grant-store.ts';
import type { OpenPlace } from './grant-store-contract.ts';
import {
  ACCOUNT_GONE,
  obtained,
  oneGrant,
  REALM,
  SUBJECT,
  UNKNOWN,
  type OneGrant,
} from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

const UNRESOLVED_MS = DEFAULT_BOUNDS.upstreamMs + DEFAULT_BOUNDS.marginMs;

/** What is told of a grant, and that it is told once. */
export function eventsContract(database: string, openPlace: OpenPlace): void {
  describe(`events in ${database}`, () => {
    it('say when, of whom, and by which exchange', async () => {
      await using grant = await oneGrant(openPlace);
      const exchange = await grant.open('provision');
      await grant.clock.advance(300);
      const event = await finishObtained(grant.store, exchange, obtained('one'));
      assert.ok(event !== undefined);
      const { id, ...rest } = event;
      assert.ok(id > 0);
      assert.deepEqual(rest, {
        type: 'grant.created',
        reason: undefined,
        at: grant.clock.now(),
        realm: REALM,
        grantId: grant.grantId,
        subjects: [SUBJECT],
        exchangeId: exchange.exchangeId,
        detail: undefined,
      });
    });

    it('count up, whoever writes them', async () => {
      await using grant = await oneGrant(openPlace);
      const [first, created] = await gain(grant, 'one');
      await refuse(grant, first, 'none');
      const [, recovered] = await gain(grant, 'two');
      await grant.otherStore.connect(REALM, 'bob');
      const { grantId } = (await grant.otherStore.view(REALM, 'bob'))!;
      const intent = { grantId, kind: 'provision', presented: undefined, last: undefined, current: undefined } as const;
      const ofBob = await finishObtained(
        grant.otherStore,
        (await grant.otherStore.openExchange(intent))!,
        obtained('of bob'),
      );
      assert.deepEqual([created, recovered, ofBob].map(short), ['created', 'recovered: refused', 'created']);
      assert.deepEqual(ofBob?.subjects, ['bob']);
      assert.ok(created!.id < recovered!.id && recovered!.id < ofBob.id);
    });

    it('are one for an answer that is stored again, by whomever', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, otherStore } = grant;
      const [first] = await gain(grant, 'one');
      await refuse(grant, first, 'none');
      const exchange = await grant.open('recover');
      const events = await Promise.all(
        [store, otherStore, store, otherStore].map((each) => finishObtained(each, exchange, obtained('two'))),
      );
      assert.deepEqual(events.filter((event) => event !== undefined).map(short), ['recovered: refused']);
      await gain(grant, 'three', exchange.exchangeId);
      assert.equal(await finishObtained(otherStore, exchange, obtained('two')), undefined);
    });

    it('call a grant created once, be it that two answers come to the first question', async () => {
      await using grant = await oneGrant(openPlace);
      const slow = await grant.open('provision');
      const quick = await grant.takeOver('provision');
      assert.equal(short(await finishObtained(grant.otherStore, quick, obtained('two'))), 'created');
      assert.equal(short(await finishObtained(grant.store, slow, obtained('one'))), 'recovered');
    });

    it('are none where an exchange gave nothing and took nothing', async () => {
      await using grant = await oneGrant(openPlace);
      const [first] = await gain(grant, 'one');
      const throttled = { answer: { kind: 'throttled', detail: 'later' }, recoveryPath: 'none' } as const;
      for (const failure of [{ ...UNKNOWN, recoveryPath: 'none' } as const, throttled]) {
        assert.equal(await grant.store.finishFailed(await grant.open('refresh', first), failure), undefined);
      }
      assert.equal(await grant.store.finishFailed(await grant.open('recover'), ACCOUNT_GONE), undefined);
      assert.equal(await grant.store.noteReconnectRequired(grant.grantId, 'none'), undefined);
    });

    it('call a grant recovered after its refresh token was refused', async () => {
      await using grant = await oneGrant(openPlace);
      const [first] = await gain(grant, 'one');
      assert.equal(await refuse(grant, first, 'self'), undefined, 'it can help itself');
      const [, event] = await gain(grant, 'two');
      assert.equal(short(event), 'recovered: refused');
    });

    for (const lost of ['was given up', 'was never heard of'] as const) {
      it(`blame the answer that ${lost} where the token it was asked with is refused`, async () => {
        await using grant = await oneGrant(openPlace);
        const [first] = await gain(grant, 'one');
        const exchange = await grant.open('refresh', first);
        if (lost === 'was given up') await grant.store.finishFailed(exchange, UNKNOWN);
        else await grant.clock.advance(UNRESOLVED_MS);
        await refuse(grant, first, 'self');
        const [, event] = await gain(grant, 'two');
        assert.equal(short(event), 'recovered: answer_lost');
      });
    }

    it('blame no lost answer that a later one has made good', async () => {
      await using grant = await oneGrant(openPlace);
      const [first] = await gain(grant, 'one');
      await grant.store.finishFailed(await grant.open('refresh', first), UNKNOWN);
      const [second] = await gain(grant, 'two', first);
      assert.equal(short(await refuse(grant, second, 'none')), 'reconnect_required: refused');
    });

    it('give no reason for a recovery that nothing was refused before', async () => {
      await using grant = await oneGrant(openPlace);
      const [first] = await gain(grant, 'one');
      await refuse(grant, first, 'self');
      await gain(grant, 'two');
      const [, event] = await gain(grant, 'three');
      assert.equal(short(event), 'recovered');
    });

    it('tell of a loss once, whoever finds it and how often', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, otherStore, grantId } = grant;
      const [first] = await gain(grant, 'one');
      const event = await refuse(grant, first, 'none');
      assert.equal(short(event), 'reconnect_required: refused');
      assert.deepEqual([event?.subjects, event?.exchangeId], [[SUBJECT], first + 1]);
      for (const each of [store, otherStore, store]) {
        assert.equal(await each.noteReconnectRequired(grantId, 'none'), undefined);
        await grant.clock.advance(UNRESOLVED_MS);
      }
    });

    it('tell of a loss that mere time has brought about once, though many find it at once', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, otherStore, grantId, clock } = grant;
      const [first] = await gain(grant, 'one');
      await grant.open('refresh', first);
      await clock.advance(DEFAULT_BOUNDS.leaseMs);
      assert.equal(await refuse(grant, first, 'none'), undefined, 'the other answer may yet come');
      await clock.advance(UNRESOLVED_MS - DEFAULT_BOUNDS.leaseMs - 1);
      assert.equal(await store.noteReconnectRequired(grantId, 'none'), undefined);
      await clock.advance(1);
      const events = await Promise.all(
        [store, otherStore, store, otherStore].map((each) => each.noteReconnectRequired(grantId, 'none')),
      );
      assert.deepEqual(events.filter((event) => event !== undefined).map(short), ['reconnect_required: answer_lost']);
    });

    it('tell of a token that nothing can renew once it has ended', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, grantId, clock } = grant;
      const end = { expiresAt: clock.now() + 1000, refresh: false };
      await finishObtained(store, await grant.open('provision'), obtained('one', end));
      await clock.advance(999);
      assert.equal(await store.noteReconnectRequired(grantId, 'none'), undefined);
      await clock.advance(1);
      assert.equal(short(await store.noteReconnectRequired(grantId, 'none')), 'reconnect_required');
    });

    it('tell of a token that nothing can renew once it is reported, which ends it, and of the recovery after it', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, otherStore, grantId } = grant;
      const exchange = await grant.open('provision');
      await finishObtained(store, exchange, obtained('one', { expiresAt: grant.clock.now() + 9_000, refresh: false }));
      const other = { ...exchange, nonce: 'of-another-token' };
      assert.equal(await store.noteReconnectRequired(grantId, 'none', other), undefined);
      const events = await Promise.all(
        [store, otherStore, store].map((each) => each.noteReconnectRequired(grantId, 'none', exchange)),
      );
      assert.deepEqual(events.filter((event) => event !== undefined).map(short), ['reconnect_required: refused']);
      assert.equal((await grant.view()).current, undefined);
      const [, event] = await gain(grant, 'two');
      assert.equal(short(event), 'recovered: refused');
      assert.equal(await store.noteReconnectRequired(grantId, 'none', exchange), undefined, 'a late report');
    });

    it('tell of no loss where the grant can help itself', async () => {
      await using grant = await oneGrant(openPlace);
      const [first] = await gain(grant, 'one');
      await refuse(grant, first, 'self');
      assert.equal(await grant.store.noteReconnectRequired(grant.grantId, 'self'), undefined);
    });

    it('tell of no loss where there never was anything', async () => {
      await using grant = await oneGrant(openPlace);
      const refused: Failure = { answer: { kind: 'rejected', detail: 'no' }, recoveryPath: 'none' };
      assert.equal(await grant.store.finishFailed(await grant.open('provision'), refused), undefined);
      assert.equal(await grant.store.noteReconnectRequired(grant.grantId, 'none'), undefined);
    });

    it('tell of no loss while another credential stands', async () => {
      await using grant = await oneGrant(openPlace);
      const [first] = await gain(grant, 'one');
      const slow = await grant.open('refresh', first);
      const quick = await grant.takeOver('refresh', first);
      await finishObtained(grant.otherStore, quick, obtained('newer'));
      await finishObtained(grant.store, slow, obtained('older'));
      assert.equal(await refuse(grant, quick.exchangeId, 'none'), undefined);
      assert.equal(await grant.store.noteReconnectRequired(grant.grantId, 'none'), undefined);
      assert.equal(short(await refuse(grant, slow.exchangeId, 'none')), 'reconnect_required: refused');
    });

    it('call a grant recovered that a late answer has healed, and tell of its next loss', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, grantId } = grant;
      const [first] = await gain(grant, 'one');
      const slow = await grant.open('refresh', first);
      await grant.clock.advance(UNRESOLVED_MS);
      assert.equal(short(await refuse(grant, first, 'none')), 'reconnect_required: answer_lost');
      assert.equal(short(await finishObtained(store, slow, obtained('late'))), 'recovered');
      assert.equal(await store.noteReconnectRequired(grantId, 'none'), undefined);
      assert.equal(short(await refuse(grant, slow.exchangeId, 'none')), 'reconnect_required: refused');
      assert.equal(await store.noteReconnectRequired(grantId, 'none'), undefined);
    });

    it('leave it to the exchange to tell of a refresh, before as after a recovery', async () => {
      await using grant = await oneGrant(openPlace);
      const [first] = await gain(grant, 'one');
      const [second, refreshed] = await gain(grant, 'two', first);
      await refuse(grant, second, 'none');
      const [third, recovered] = await gain(grant, 'three');
      const [, again] = await gain(grant, 'four', third);
      assert.deepEqual([refreshed, recovered, again].map(short), [undefined, 'recovered: refused', undefined]);
    });

    it('tell of a loss, where a spent token may be replayed, only after that was refused too', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, grantId } = grant;
      const [first] = await gain(grant, 'one');
      const [second] = await gain(grant, 'two', first);
      await store.finishFailed(await grant.open('refresh', second), UNKNOWN);
      assert.equal(await refuse(grant, second, 'replay'), undefined);
      assert.equal(await store.noteReconnectRequired(grantId, 'replay'), undefined);
      const event = await refuse(grant, first, 'replay');
      assert.equal(short(event), 'reconnect_required: answer_lost', 'whose answer was lost is what counts');
      assert.equal(await store.noteReconnectRequired(grantId, 'replay'), undefined);
    });

    it('tell nothing of a grant whose spent token was replayed, as nobody was told that it was lost', async () => {
      await using grant = await oneGrant(openPlace);
      const [first] = await gain(grant, 'one');
      const [second] = await gain(grant, 'two', first);
      await refuse(grant, second, 'replay');
      const [, event] = await gain(grant, 'three', first);
      assert.equal(event, undefined);
    });

    it('tell of a loss at once where nothing is there to be replayed', async () => {
      await using grant = await oneGrant(openPlace);
      const [first] = await gain(grant, 'one');
      assert.equal(short(await refuse(grant, first, 'replay')), 'reconnect_required: refused');
    });
  });
}

/** A credential obtained by a refresh where one is presented, else by a recovery; with the event that it was. */
async function gain(
  grant: OneGrant,
  name: string,
  presentedId?: number,
): Promise<[id: number, event: GrantEvent | undefined]> {
  await grant.clock.advance(1);
  const exchange = await grant.open(presentedId === undefined ? 'recover' : 'refresh', presentedId);
  await grant.clock.advance(1);
  return [exchange.exchangeId, await finishObtained(grant.store, exchange, obtained(name))];
}

/** The provider refuses a credential's refresh token. */
async function refuse(
  grant: OneGrant,
  presentedId: number,
  recoveryPath: RecoveryPath,
): Promise<GrantEvent | undefined> {
  const exchange = await grant.open('refresh', presentedId);
  return grant.store.finishFailed(exchange, {
    answer: { kind: 'rejected', detail: 'dead' },
    recoveryPath: recoveryPath,
  });
}

/** Type and reason in short: `recovered: refused`. */
function short(event: GrantEvent | undefined): string | undefined {
  if (event === undefined) return undefined;
  const type = event.type.replace('grant.', '');
  return event.reason === undefined ? type : `${type}: ${event.reason}`;
}
