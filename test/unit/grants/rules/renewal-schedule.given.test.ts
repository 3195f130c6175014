import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renewalSchedule, type Schedule } from '../../../../src/grants/rules/renewal-schedule.ts';
import { replayRescued } from '../../../../src/grants/keeper/rescue.ts';
import { obtained, REALM, SUBJECT } from '../../../support/stores/one-grant.ts';
import { intentOf } from '../../../support/stores/intent-of.ts';
import { openKeeper } from '../../../support/grants/open-keeper.ts';

/** A keeper, what schedules its store is given, and which ones it should be. */
async function openNoting() {
  const at = await openKeeper();
  const [given, due]: [Schedule[], Schedule[]] = [[], []];
  const finishObtained = at.store.finishObtained.bind(at.store);
  at.store.finishObtained = (exchange, answer, schedule) => {
    given.push(schedule);
    due.push(renewalSchedule(exchange.nonce, at.clock.now(), answer.tokens));
    return finishObtained(exchange, answer, schedule);
  };
  return { at, given, due, [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() };
}

describe('the schedule that a store is given', () => {
  it('is spread by the nonce of the exchange', async () => {
    await using noting = await openNoting();
    await noting.at.expired();
    await noting.at.token();
    assert.equal(noting.given.length, 2);
    assert.deepEqual(noting.given, noting.due);
  });

  it('is as much of an answer that was rescued', async () => {
    await using noting = await openNoting();
    const { store, rescue, replay, clock } = noting.at;
    await store.connect(REALM, SUBJECT);
    const exchange = (await store.openExchange(await intentOf(store, REALM, SUBJECT, 'provision')))!;
    await rescue.keep(exchange, obtained('one', { expiresAt: clock.now() + 3_600_000 }));
    await clock.advance(60_000);
    assert.equal(await replayRescued(replay), 1);
    assert.equal(noting.given.length, 1);
    assert.deepEqual(noting.given, noting.due);
  });
});
