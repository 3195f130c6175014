import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeeperError } from '../../../../src/grants/errors.ts';
import type { ExchangeResult } from '../../../../src/providers/provider.ts';
import { settled } from '../../../support/stores/test-clock.ts';
import { HOUR_MS } from '../../../support/grants/facts.ts';
import { APPLICANT, openKeeper, type OpenKeeper } from '../../../support/grants/open-keeper.ts';
import type { Call } from '../../../support/grants/scripted-provider.ts';

const THROTTLED: ExchangeResult = { kind: 'throttled', detail: 'slow down', retryAfterMs: 20_000 };

/** So many users with a token, which has just expired. */
async function manyExpired(count: number): Promise<OpenKeeper & { readonly users: readonly string[] }> {
  const at = await openKeeper();
  const users = Array.from({ length: count }, (_, index) => `user-${index}`);
  await Promise.all(users.map((user) => ask(at, user)));
  await at.clock.advance(HOUR_MS);
  at.provider.calls.length = 0;
  return { ...at, users };
}

function ask(at: OpenKeeper, subject: string, keeper = at.keeper) {
  const applicant = { ...APPLICANT, subject, email: `${subject}@example.com` };
  return keeper.token({ provider: at.provider.name, subject, applicant });
}

/** What came of each call: `ok`, or the problem's code. */
async function outcome(token: Promise<unknown>): Promise<string> {
  return token.then(
    () => 'ok',
    (error: unknown) => (error instanceof KeeperError ? error.code : String(error)),
  );
}

/** Lets time go by until all of it is answered. */
async function answered<Result>(at: OpenKeeper, work: Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const watched = work.finally(() => {
    over.abort();
  });
  while (!over.signal.aborted) await at.clock.advance(50);
  return watched;
}

function counts(outcomes: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    Map.groupBy(outcomes, (each) => each)
      .entries()
      .map(([what, { length }]) => [what, length]),
  );
}

describe('asking a provider', () => {
  it('begins few calls at once, and goes on past those that hang', async () => {
    await using at = await manyExpired(40);
    const answers: (() => void)[] = [];
    const { script } = at.provider;
    const hanging = async (call: Call) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return script(call);
    };
    at.provider.script = hanging;
    const asked = Promise.all(at.users.map((user) => outcome(ask(at, user))));
    await at.clock.advance(100);
    assert.equal(at.provider.calls.length, 8);
    await at.clock.advance(200);
    assert.equal(at.provider.calls.length, 16, 'who has waited for so long no longer counts');
    at.provider.script = script;
    for (const answer of answers) answer();
    assert.deepEqual(counts(await answered(at, asked)), { ok: 40 });
  });

  it('stops at once when the provider asks for patience, and says for how long', async () => {
    await using at = await manyExpired(60);
    const { script } = at.provider;
    let left = 20;
    at.provider.script = (call) => (left-- > 0 ? script(call) : THROTTLED);
    const outcomes = await answered(at, Promise.all(at.users.map((user) => outcome(ask(at, user)))));
    const refusals = at.provider.calls.length - 20;
    assert.ok(refusals >= 3 && refusals <= 8, `${refusals} refusals`);
    assert.deepEqual(counts(outcomes), { ok: 20, upstream_throttled: 40 });
    const before = at.provider.calls.length;
    await assert.rejects(ask(at, 'user-59'), ({ code, retryAfterMs = 0 }: KeeperError) => {
      return code === 'upstream_throttled' && retryAfterMs > 10_000 && retryAfterMs <= 20_000;
    });
    assert.equal(at.provider.calls.length, before);
  });

  it('holds back every instance, and lets one try when the pause is over', async () => {
    await using at = await manyExpired(30);
    const neighbour = await at.another();
    const { script } = at.provider;
    at.provider.script = () => THROTTLED;
    await answered(at, Promise.all(at.users.slice(0, 5).map((user) => outcome(ask(at, user)))));
    const refusals = at.provider.calls.length;
    assert.equal(await outcome(ask(at, 'user-20', neighbour)), 'upstream_throttled');
    assert.equal(at.provider.calls.length, refusals);
    await at.clock.advance(20_000);
    const answers: (() => void)[] = [];
    at.provider.script = async (call) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return script(call);
    };
    const asked = Promise.all(
      at.users.slice(10).map((user, index) => outcome(ask(at, user, index % 2 ? neighbour : at.keeper))),
    );
    await at.clock.advance(900);
    assert.equal(at.provider.calls.length, refusals + 1, 'one of all instances');
    at.provider.script = script;
    answers[0]?.();
    assert.deepEqual(counts(await answered(at, asked)), { ok: 20 });
  });

  it('goes on being left alone where the one who tries is refused', async () => {
    await using at = await manyExpired(20);
    at.provider.script = () => THROTTLED;
    await answered(at, Promise.all(at.users.slice(0, 5).map((user) => outcome(ask(at, user)))));
    const refusals = at.provider.calls.length;
    await at.clock.advance(20_000);
    const outcomes = await answered(at, Promise.all(at.users.slice(5).map((user) => outcome(ask(at, user)))));
    assert.deepEqual(counts(outcomes), { upstream_throttled: 15 });
    assert.equal(at.provider.calls.length, refusals + 1);
  });

  it('tells one user’s 429 from the provider’s by others who are answered', async () => {
    await using at = await manyExpired(12);
    const { script } = at.provider;
    const unlucky = `refresh ${await refreshTokenOf(at, 'user-3')}`;
    at.provider.script = (call) =>
      `${call.kind} ${call.about}` === unlucky ? { ...THROTTLED, retryAfterMs: HOUR_MS } : script(call);
    assert.equal(await outcome(ask(at, 'user-3')), 'upstream_throttled');
    const outcomes = await answered(at, Promise.all(at.users.map((user) => outcome(ask(at, user)))));
    assert.deepEqual(counts(outcomes), { ok: 11, upstream_throttled: 1 });
    assert.equal(at.provider.calls.length, 12);
    assert.deepEqual(at.place.rows('select * from pauses'), [], 'nothing is left of it');
  });

  it('serves live tokens through a pause', async () => {
    await using at = await manyExpired(6);
    const live = await ask(at, 'user-5');
    at.provider.script = () => THROTTLED;
    await answered(at, Promise.all(at.users.slice(0, 5).map((user) => outcome(ask(at, user)))));
    const calls = at.provider.calls.length;
    const again = await at.keeper.token({ provider: at.provider.name, subject: 'user-5', force: true });
    assert.deepEqual([again.accessToken.reveal(), again.refreshed], [live.accessToken.reveal(), false]);
    assert.equal(at.provider.calls.length, calls);
  });

  it('costs the warm path nothing, and a renewal one look', async () => {
    await using at = await openKeeper();
    await at.ask();
    at.storeCalls();
    await at.ask();
    assert.deepEqual(at.storeCalls(), { view: 1 });
  });

  it('lets a keeper close while others wait for their turn', async () => {
    await using at = await manyExpired(20);
    const answers: (() => void)[] = [];
    const { script } = at.provider;
    at.provider.script = async (call) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return script(call);
    };
    const asked = Promise.all(at.users.map((user) => outcome(ask(at, user))));
    await at.clock.advance(100);
    const closing = at.keeper.close();
    await settled();
    for (const answer of answers) answer();
    assert.deepEqual(counts(await answered(at, asked)), { ok: 8, upstream_slow: 12 });
    await closing;
  });
});

async function refreshTokenOf(at: OpenKeeper, subject: string): Promise<string> {
  const view = await at.store.view(at.provider.realm, subject);
  return view?.current?.refreshToken()?.reveal() ?? '';
}
