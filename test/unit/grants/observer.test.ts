import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Credential } from '../../../src/grants/credential.ts';
import type { GrantEvent } from '../../../src/grants/events.ts';
import { combine, type ExchangeReport, type GrantObserver } from '../../../src/grants/observer.ts';
import { Secret } from '../../../src/secret.ts';
import { openKeeper } from '../../support/grants/open-keeper.ts';

const REPORT: ExchangeReport = {
  exchangeId: 7,
  provider: 'acme',
  subject: 'alice',
  kind: 'refresh',
  outcome: 'obtained',
  detail: undefined,
  cause: undefined,
  durationMs: 5,
  event: undefined,
};
const EVENT: GrantEvent = {
  id: 1,
  type: 'grant.lapsed',
  reason: undefined,
  at: 0,
  realm: 'acme',
  grantId: 'g1',
  subjects: ['alice'],
  exchangeId: 7,
  detail: undefined,
};
const CREDENTIAL: Credential = {
  grantId: 'g1',
  exchangeId: 7,
  nonce: 'n7',
  obtainedAt: 0,
  expiresAt: 1,
  hasRefreshToken: false,
  tokenType: 'Bearer',
  providerData: () => undefined,
  accessToken: () => new Secret('one'),
  refreshToken: () => undefined,
};
const OUT_OF_ORDER = new Error('out of order');

/** An observer that writes down everything that it hears under its name. */
function noting(name: string, heard: string[]): GrantObserver {
  return {
    exchanged: ({ exchangeId }) => heard.push(`${name} exchanged ${exchangeId}`),
    recorded: ({ type }) => heard.push(`${name} recorded ${type}`),
    failed: (what, cause) => heard.push(`${name} failed ${what}: ${String(cause)}`),
    handedOut: ({ nonce }) => heard.push(`${name} handed out ${nonce}`),
  };
}

/** An observer that throws whatever it hears. */
function throwing(): GrantObserver {
  const fail = () => {
    throw OUT_OF_ORDER;
  };
  return { exchanged: fail, recorded: fail, failed: fail, handedOut: fail };
}

/** Tells an observer one thing of each kind. */
function tellAll(observer: GrantObserver): void {
  observer.exchanged(REPORT);
  observer.recorded(EVENT);
  observer.handedOut(CREDENTIAL);
  observer.failed('this went wrong', 'because');
}

describe('observers combined', () => {
  it('hear everything, in the order given', () => {
    const heard: string[] = [];
    tellAll(combine(noting('one', heard), noting('two', heard)));
    assert.deepEqual(heard, [
      'one exchanged 7',
      'two exchanged 7',
      'one recorded grant.lapsed',
      'two recorded grant.lapsed',
      'one handed out n7',
      'two handed out n7',
      'one failed this went wrong: because',
      'two failed this went wrong: because',
    ]);
  });

  it('hear what they have a method for, and nothing else', () => {
    const heard: string[] = [];
    const one: Partial<GrantObserver> = { exchanged: ({ exchangeId }) => heard.push(`one ${exchangeId}`) };
    const two: Partial<GrantObserver> = { handedOut: ({ nonce }) => heard.push(`two ${nonce}`) };
    tellAll(combine(one, {}, two));
    assert.deepEqual(heard, ['one 7', 'two n7']);
  });

  it('keep what they are: a method knows its object', () => {
    class Counter {
      count = 0;
      exchanged() {
        this.count += 1;
      }
      handedOut() {
        this.count += 1;
      }
    }
    const counter = new Counter();
    tellAll(combine(counter));
    assert.equal(counter.count, 2);
  });

  it('hear of one that throws, which keeps none of them from anything', () => {
    const heard: string[] = [];
    tellAll(combine(throwing(), noting('two', heard)));
    const threw = 'two failed an observer failed: Error: out of order';
    assert.deepEqual(heard, [
      threw,
      'two exchanged 7',
      threw,
      'two recorded grant.lapsed',
      threw,
      'two handed out n7',
      'two failed this went wrong: because',
    ]);
  });
});

describe('an observer that throws', () => {
  it('costs no token and no exchange', { timeout: 30_000 }, async () => {
    const heard: string[] = [];
    await using at = await openKeeper({ observer: combine(throwing(), noting('two', heard)) });
    assert.equal(await at.token(), await at.token());
    assert.deepEqual(
      heard.filter((line) => !line.includes('observer failed')).map((line) => line.replace(/ \S+$/, '')),
      ['two exchanged', 'two handed out', 'two handed out'],
    );
  });

  it('costs no answer that the database refuses at first', { timeout: 30_000 }, async () => {
    const heard: string[] = [];
    await using at = await openKeeper({ observer: combine(throwing(), noting('two', heard)) });
    const finishObtained = at.store.finishObtained.bind(at.store);
    let refusals = 2;
    at.store.finishObtained = (...answer) =>
      refusals-- > 0 ? Promise.reject(new Error('database is locked')) : finishObtained(...answer);
    const asked = at.token();
    // What is refused goes to the real disk meanwhile, which takes no heed of the test's clock.
    for (let turn = 0; refusals >= 0 && turn < 200; turn++) {
      await at.clock.advance(100);
      await delay(5);
    }
    assert.equal(typeof (await asked), 'string');
    assert.equal(heard.filter((line) => line.includes('could not be stored')).length, 2);
  });
});
