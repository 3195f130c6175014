import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_BOUNDS } from '../../../../src/grants/exchange.ts';
import type { ExchangeResult } from '../../../../src/providers/provider.ts';
import { obtained } from '../../../support/stores/one-grant.ts';
import { settled } from '../../../support/stores/test-clock.ts';
import { HOUR_MS } from '../../../support/grants/facts.ts';
import { APPLICANT, openKeeper } from '../../../support/grants/open-keeper.ts';
import { intentOf } from '../../../support/stores/intent-of.ts';
import { issuing, refusal, ScriptedProvider, type Script } from '../../../support/grants/scripted-provider.ts';
import { finishObtained } from '../../../support/stores/scheduled.ts';

/** These answers one after another, and what `then` says afterwards. */
function first(answers: readonly ExchangeResult[], then: Script): Script {
  const left = [...answers];
  return (call) => left.shift() ?? then(call);
}

describe('a dead refresh token', () => {
  it('is followed by a recovery of the account', async () => {
    await using at = await openKeeper();
    await at.expired();
    at.provider.script = first([refusal('rejected')], at.provider.script);
    assert.equal(await at.token(), 'access-2');
    assert.deepEqual(at.provider.asked, ['refresh refresh-1', 'recover 179']);
  });

  it('of an account that is gone is followed by a new one, for the same applicant', async () => {
    await using at = await openKeeper();
    await at.expired();
    at.provider.script = first([refusal('rejected'), refusal('account_gone')], at.provider.script);
    assert.equal(await at.token({ applicant: { ...APPLICANT, email: 'other@example.com' } }), 'access-2');
    assert.deepEqual(at.provider.asked, ['refresh refresh-1', 'recover 179', 'provision alice@example.com']);
  });

  it('asks for a new connection where the provider can only refresh, and costs one call', async () => {
    await using at = await openKeeper();
    await at.expired();
    const plain = new ScriptedProvider({ recover: false, provision: false, script: () => refusal('rejected') });
    await using second = await openKeeper({ provider: plain });
    await second.store.connect(plain.realm, 'alice');
    const { grantId } = (await second.store.view(plain.realm, 'alice'))!;
    const intent = { grantId, kind: 'provision', presented: undefined, last: undefined, current: undefined } as const;
    await finishObtained(second.store, (await second.store.openExchange(intent))!, obtained('one', { expiresAt: 1 }));
    for (let caller = 0; caller < 5; caller++) {
      await assert.rejects(second.ask(), { code: 'reconnect_required', retryAfterMs: undefined });
    }
    assert.deepEqual(plain.asked, ['refresh refresh-one']);
  });

  it('does not end the token that a late answer brings: the grant heals by itself', async () => {
    const plain = new ScriptedProvider({ recover: false, provision: false });
    await using at = await openKeeper({ provider: plain });
    await at.store.connect(plain.realm, 'alice');
    const { grantId } = (await at.store.view(plain.realm, 'alice'))!;
    const intent = { grantId, presented: undefined, last: undefined, current: undefined } as const;
    await finishObtained(
      at.store,
      (await at.store.openExchange({ ...intent, kind: 'provision' }))!,
      obtained('one', { expiresAt: 1 }),
    );
    const lost = (await at.store.openExchange(await intentOf(at.store, plain.realm, 'alice', 'refresh')))!;
    await at.clock.advance(HOUR_MS);
    plain.script = () => refusal('rejected');
    await assert.rejects(at.ask(), { code: 'reconnect_required' });
    await finishObtained(at.store, lost, obtained('late'));
    assert.equal(await at.token(), 'late');
  });
});

describe('an account that is not there yet', () => {
  it('may be refused for its e-mail without hindering another one', async () => {
    await using at = await openKeeper();
    const working = at.provider.script;
    at.provider.script = () => refusal('account_taken');
    await assert.rejects(at.ask(), { code: 'account_taken', retryAfterMs: undefined });
    at.provider.script = working;
    assert.equal(await at.token({ applicant: { ...APPLICANT, email: 'mine@example.com' } }), 'access-1');
    assert.deepEqual(at.provider.asked, ['provision alice@example.com', 'provision mine@example.com']);
  });

  it('may be refused for its fields, which are named', async () => {
    await using at = await openKeeper();
    const working = at.provider.script;
    at.provider.script = () => refusal('input_refused');
    await assert.rejects(at.ask(), { code: 'input_refused', fields: ['email'] });
    at.provider.script = working;
    assert.equal(await at.token({ applicant: { ...APPLICANT, email: 'mine@example.com' } }), 'access-1');
  });

  it('is asked for again for the same applicant where the answer was lost, whatever the next caller says', async () => {
    await using at = await openKeeper();
    const working = at.provider.script;
    at.provider.script = () => refusal('unknown');
    await assert.rejects(at.ask(), { code: 'upstream_unavailable' });
    await at.clock.advance(HOUR_MS);
    at.provider.script = working;
    assert.equal(await at.token({ applicant: { ...APPLICANT, email: 'other@example.com' } }), 'access-1');
    assert.deepEqual(at.provider.asked, ['provision alice@example.com', 'provision alice@example.com']);
  });

  it('is recovered where it turns out to exist already', async () => {
    await using at = await openKeeper();
    at.provider.script = first([refusal('account_exists')], at.provider.script);
    const token = await at.ask();
    assert.deepEqual([token.accessToken.reveal(), token.created], ['access-1', true]);
    assert.deepEqual(at.provider.asked, ['provision alice@example.com', 'recover 179']);
  });

  it('is created once for callers who name it alike, and one’s taken e-mail is not another’s failure', async () => {
    await using at = await openKeeper();
    const working = at.provider.script;
    at.provider.script = (call) => (call.about === 'taken@example.com' ? refusal('account_taken') : working(call));
    const bad = at.ask({ applicant: { ...APPLICANT, email: 'taken@example.com' } });
    const good = Array.from({ length: 20 }, () => at.token());
    const refused = assert.rejects(bad, { code: 'account_taken' });
    const state = { isOver: false };
    const tokens = Promise.all([...good, refused]).finally(() => (state.isOver = true));
    // Who waits for another does so by the test's clock, and begins to when the real disk has been written to.
    for (let turn = 0; !state.isOver && turn < 200; turn++) {
      await at.clock.advance(100);
      await delay(1);
    }
    assert.deepEqual([...new Set((await tokens).slice(0, -1))], ['access-1']);
    assert.equal(at.provider.calls.length, 2);
  });
});

describe('an unsettled grant', () => {
  /** A recovery whose answer was lost, and that was abandoned by its holder. */
  async function abandonedRecovery() {
    const at = await openKeeper();
    await at.ask();
    const open = async (kind: 'recover' | 'refresh') =>
      (await at.store.openExchange(await intentOf(at.store, at.provider.realm, 'alice', kind)))!;
    const lost = await open('recover');
    await at.clock.advance(DEFAULT_BOUNDS.leaseMs);
    const refresh = await open('refresh');
    await finishObtained(at.store, refresh, obtained('current', { expiresAt: at.clock.now() + HOUR_MS }));
    at.provider.calls.length = 0;
    return { at, lost, [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() };
  }

  it('is settled by one recovery', async () => {
    await using grant = await abandonedRecovery();
    const { at, lost } = grant;
    assert.equal(await at.token(), 'current');
    await at.clock.advance(1);
    await at.store.finishFailed(lost, { answer: refusal('unknown'), recoveryPath: 'self' });
    const settling = issuing(() => at.clock.now(), HOUR_MS);
    at.provider.script = settling;
    assert.equal(await at.token(), 'access-1');
    assert.equal(await at.token(), 'access-1');
    assert.deepEqual(at.provider.asked, ['recover 179']);
  });

  it('is settled once the abandoned recovery can take effect no more, and served until then', async () => {
    await using grant = await abandonedRecovery();
    const { at } = grant;
    const left = DEFAULT_BOUNDS.upstreamMs + DEFAULT_BOUNDS.marginMs - DEFAULT_BOUNDS.leaseMs;
    await at.clock.advance(left - 1);
    assert.equal(await at.token(), 'current');
    await at.clock.advance(1);
    await at.ask();
    assert.deepEqual(at.provider.asked, ['recover 179']);
  });

  it('sends no recovery while another exchange may yet take effect', async () => {
    await using at = await openKeeper();
    await at.expired();
    await at.store.openExchange(await intentOf(at.store, at.provider.realm, 'alice', 'refresh'));
    const abandonedAt = at.clock.now();
    await at.clock.advance(DEFAULT_BOUNDS.leaseMs);
    at.provider.script = first([refusal('rejected')], at.provider.script);
    const asked = assert.rejects(at.ask(), { code: 'upstream_slow' });
    await at.clock.advance(15_000);
    await asked;
    assert.deepEqual(at.provider.asked, ['refresh refresh-1']);
    await at.clock.advance(abandonedAt + DEFAULT_BOUNDS.upstreamMs + DEFAULT_BOUNDS.marginMs + 500 - at.clock.now());
    assert.deepEqual(at.provider.asked, ['refresh refresh-1', 'recover 179']);
    assert.equal(await at.token(), 'access-2');
  });
});

describe('a holder that was paused', () => {
  for (const [what, setBackMs] of [
    ['', 0],
    [', whatever its clock was set to meanwhile', DEFAULT_BOUNDS.leaseMs],
  ] as const)
    it(`before sending sends nothing${what}`, async () => {
      await using at = await openKeeper();
      await at.expired();
      const { store, clock } = at;
      const openExchange = store.openExchange.bind(store);
      store.openExchange = async (intent) => {
        const opened = await openExchange(intent);
        store.openExchange = openExchange;
        await clock.sleep(DEFAULT_BOUNDS.leaseMs);
        await clock.setBack(setBackMs);
        return opened;
      };
      const asked = assert.rejects(at.ask(), { code: 'upstream_unavailable' });
      await settled();
      await clock.advance(DEFAULT_BOUNDS.leaseMs);
      await asked;
      assert.deepEqual(at.provider.asked, []);
      assert.equal(at.reports.at(-1)?.outcome, 'not_sent');
    });

  it('while waiting for its answer stores it all the same, and whoever took over serves it', async () => {
    await using at = await openKeeper();
    const neighbour = await at.another();
    await at.expired();
    const { promise, resolve } = Promise.withResolvers<ExchangeResult>();
    at.provider.script = () => promise;
    at.store.renewLease = () => new Promise(() => undefined);
    const asked = at.token();
    await at.clock.advance(DEFAULT_BOUNDS.leaseMs);
    at.provider.script = () => refusal('rejected');
    const theirs = neighbour.token({ provider: at.provider.name, subject: 'alice' });
    await at.clock.advance(500);
    assert.deepEqual(at.provider.asked, ['refresh refresh-1', 'refresh refresh-1']);
    resolve(obtained('late', { expiresAt: at.clock.now() + HOUR_MS }));
    await at.clock.advance(2_000);
    assert.equal(await asked, 'late');
    assert.equal((await theirs).accessToken.reveal(), 'late');
    assert.equal(at.provider.calls.length, 2);
  });
});

describe('saving an answer', () => {
  it('is tried again while the database is busy, and the caller hears of it after it is stored', async () => {
    await using at = await openKeeper();
    const { store } = at;
    const storeObtained = store.finishObtained.bind(store);
    let refusals = 3;
    store.finishObtained = (...obtained) =>
      refusals-- > 0 ? Promise.reject(new Error('database is locked')) : storeObtained(...obtained);
    const asked = at.token();
    // What is refused goes to the real disk meanwhile, which takes no heed of the test's clock.
    for (let turn = 0; refusals >= 0 && turn < 200; turn++) {
      await at.clock.advance(100);
      await delay(5);
    }
    assert.equal(await asked, 'access-1');
    assert.equal(at.provider.calls.length, 1);
  });
});

describe('a token that is expired on arrival', () => {
  it('is told of, and not asked for again at once', async () => {
    await using at = await openKeeper();
    at.provider.script = issuing(() => at.clock.now(), -1);
    await assert.rejects(at.ask(), { code: 'expired_on_arrival', retryAfterMs: 60_000 });
    await assert.rejects(at.ask(), { code: 'upstream_unavailable' });
    assert.equal(at.provider.calls.length, 1);
    await at.clock.advance(60_000);
    await assert.rejects(at.ask(), { code: 'expired_on_arrival' });
    assert.equal(at.provider.calls.length, 2);
  });
});
