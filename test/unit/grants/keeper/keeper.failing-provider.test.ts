import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeeperError } from '../../../../src/grants/errors.ts';
import { Secret } from '../../../../src/secret.ts';
import { settled } from '../../../support/stores/test-clock.ts';
import type { ExchangeResult } from '../../../../src/providers/provider.ts';
import { HOUR_MS } from '../../../support/grants/facts.ts';
import { CALLER_WAIT_MS, openKeeper } from '../../../support/grants/open-keeper.ts';
import { issuing, refusal } from '../../../support/grants/scripted-provider.ts';

const FAILURES = ['unknown', 'throttled', 'not_sent'] as const;

for (const kind of FAILURES) {
  describe(`a provider that answers ${kind}`, () => {
    it('leaves a living token in service', async () => {
      await using at = await openKeeper();
      await at.ask();
      await at.clock.advance(HOUR_MS - 1_000);
      at.provider.script = () => refusal(kind);
      const token = await at.ask();
      assert.deepEqual([token.accessToken.reveal(), token.refreshed], ['access-1', false]);
      assert.equal(await at.token({ force: true }), 'access-1');
      assert.equal(await at.token({ minTtlMs: HOUR_MS }), 'access-1');
      assert.equal(at.provider.calls.length, 2, 'asked again during the back-off');
    });

    it('cannot make a token serve that the API refused', async () => {
      await using at = await openKeeper();
      const rejected = new Secret(await at.token());
      at.provider.script = () => refusal(kind);
      await assert.rejects(at.ask({ rejected }), KeeperError);
    });

    it('is not asked again before the wait is over, and then heals with the same refresh token', async () => {
      await using at = await openKeeper();
      await at.expired();
      const working = issuing(() => at.clock.now(), HOUR_MS);
      at.provider.script = () => refusal(kind);
      const code = kind === 'throttled' ? 'upstream_throttled' : 'upstream_unavailable';
      let wait = 0;
      await assert.rejects(at.ask(), (error: KeeperError) => {
        wait = error.retryAfterMs ?? 0;
        return error.code === code && wait === 750;
      });
      await at.clock.advance(wait - 1);
      await assert.rejects(at.ask(), { code, retryAfterMs: 1 });
      await at.clock.advance(1);
      at.provider.script = working;
      assert.equal(await at.token(), 'access-1');
      assert.deepEqual(at.provider.asked, ['refresh refresh-1', 'refresh refresh-1']);
    });

    it('is left alone for longer and longer', async () => {
      await using at = await openKeeper();
      await at.expired();
      at.provider.script = () => refusal(kind);
      const waits: number[] = [];
      for (let failure = 0; failure < 8; failure++) {
        await assert.rejects(at.ask(), (error: KeeperError) => {
          waits.push(error.retryAfterMs!);
          return true;
        });
        await at.clock.advance(waits.at(-1)!);
      }
      assert.deepEqual(waits, [750, 1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000]);
      assert.equal(at.provider.calls.length, 8);
    });
  });
}

describe('a provider in trouble', () => {
  it('is left alone for as long as it asks', async () => {
    await using at = await openKeeper();
    await at.expired();
    at.provider.script = () => ({ kind: 'throttled', detail: 'slow down', retryAfterMs: 90_000 });
    await assert.rejects(at.ask(), { code: 'upstream_throttled', retryAfterMs: 90_000 });
  });

  it('may throw and is taken to have said nothing', async () => {
    await using at = await openKeeper();
    await at.expired();
    const thrown = new Error('a bug in the provider');
    at.provider.script = () => {
      throw thrown;
    };
    await assert.rejects(at.ask(), { code: 'upstream_unavailable' });
    assert.deepEqual([at.reports.at(-1)?.outcome, at.reports.at(-1)?.cause], ['unknown', thrown]);
  });

  it('says nothing of itself to callers', async () => {
    await using at = await openKeeper();
    await at.expired();
    at.provider.script = () => ({ kind: 'unknown', detail: 'internal detail', cause: new Error('internal cause') });
    await assert.rejects(at.ask(), (error: Error) => !/internal/.test(`${error.message} ${String(error.cause)}`));
  });

  it('that refuses the client ends nothing and is asked again only after half a minute', async () => {
    await using at = await openKeeper();
    await at.expired();
    const working = at.provider.script;
    at.provider.script = () => refusal('client_refused');
    at.provider.verdict = 'refused';
    await assert.rejects(at.ask(), { code: 'client_refused', retryAfterMs: 30_000 });
    at.provider.script = working;
    at.provider.verdict = 'accepted';
    await at.clock.advance(29_999);
    await assert.rejects(at.ask(), { code: 'client_refused', retryAfterMs: 1 });
    await assert.rejects(at.ask({ subject: 'bob' }), { code: 'client_refused' });
    assert.equal(at.provider.calls.length, 1);
    await at.clock.advance(1);
    assert.equal(await at.token(), 'access-2');
    assert.deepEqual(at.provider.asked, ['refresh refresh-1', 'refresh refresh-1']);
  });

  for (const verdict of ['accepted', 'unclear', 'unreachable'] as const) {
    it(`that refuses the client for one grant lets that rest, and serves the others (${verdict})`, async () => {
      await using at = await openKeeper();
      await at.expired();
      const working = at.provider.script;
      at.provider.verdict = verdict;
      at.provider.script = () => refusal('client_refused');
      await assert.rejects(at.ask(), { code: 'client_refused', retryAfterMs: 750 });
      await assert.rejects(at.ask(), { code: 'client_refused' });
      assert.equal(at.provider.calls.length, 1, 'it rests as after any failure');
      at.provider.script = working;
      assert.equal(await at.token({ subject: 'bob' }), 'access-2');
      await at.clock.advance(750);
      assert.equal(await at.token(), 'access-3', 'nothing was ended');
    });
  }

  it('is left alone for as long as it asks with any refusal', async () => {
    for (const kind of ['unknown', 'client_refused'] as const) {
      await using at = await openKeeper();
      await at.expired();
      at.provider.script = () => ({ kind, detail: 'not now', retryAfterMs: 90_000 });
      const code = kind === 'unknown' ? 'upstream_unavailable' : 'client_refused';
      await assert.rejects(at.ask(), { code, retryAfterMs: 90_000 });
      await at.clock.advance(89_000);
      await assert.rejects(at.ask(), { code, retryAfterMs: 1_000 });
      assert.equal(at.provider.calls.length, 1);
    }
  });

  it('that refuses the client leaves a living token in service', async () => {
    await using at = await openKeeper();
    await at.ask();
    at.provider.script = () => refusal('client_refused');
    assert.equal(await at.token({ force: true }), 'access-1');
    assert.equal(await at.token({ force: true }), 'access-1');
    assert.equal(at.provider.calls.length, 2);
  });
});

describe('a provider that hangs', () => {
  /** Has the next call hang until it is answered. */
  async function hanging() {
    const at = await openKeeper();
    await at.ask();
    const working = at.provider.script;
    const { promise, resolve } = Promise.withResolvers<ExchangeResult>();
    at.provider.script = () => promise;
    const answer = async () => {
      resolve(await working({ kind: 'refresh', about: '' }));
      at.provider.script = working;
      await settled();
    };
    return { at, answer, [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() };
  }

  it('keeps a caller waiting so long and no longer, and gives the living token then', async () => {
    await using hang = await hanging();
    const { at } = hang;
    let got: string | undefined;
    const asked = at.token({ force: true }).then((token) => (got = token));
    await at.clock.advance(CALLER_WAIT_MS - 1);
    assert.equal(got, undefined);
    await at.clock.advance(1);
    assert.equal(got, 'access-1');
    await asked;
    await hang.answer();
  });

  it('gives a caller without a living token an error to come again, and the next the late token', async () => {
    await using hang = await hanging();
    const { at } = hang;
    await at.clock.advance(HOUR_MS);
    const asked = assert.rejects(at.ask(), { code: 'upstream_slow', retryAfterMs: 2_000 });
    await at.clock.advance(CALLER_WAIT_MS);
    await asked;
    await hang.answer();
    at.storeCalls();
    assert.equal(await at.token(), 'access-2');
    assert.deepEqual(at.storeCalls(), { view: 1 });
    assert.equal(at.provider.calls.length, 2);
  });

  it('is asked once, however many come while it hangs, and its lease is kept meanwhile', async () => {
    await using hang = await hanging();
    const { at } = hang;
    await at.clock.advance(HOUR_MS);
    const neighbour = await at.another();
    for (let caller = 0; caller < 5; caller++) {
      const asked = assert.rejects(at.ask(), { code: 'upstream_slow' });
      await at.clock.advance(CALLER_WAIT_MS);
      await asked;
    }
    const asked = assert.rejects(neighbour.token({ provider: at.provider.name, subject: 'alice' }), {
      code: 'upstream_slow',
    });
    await at.clock.advance(CALLER_WAIT_MS);
    await asked;
    await hang.answer();
    assert.equal(await at.token(), 'access-2');
    assert.equal(at.provider.calls.length, 2);
  });

  it('serves those who wait for it in another instance as soon as it answers', async () => {
    await using hang = await hanging();
    const { at } = hang;
    await at.clock.advance(HOUR_MS);
    const neighbour = await at.another();
    const own = at.token();
    await settled();
    const theirs = neighbour.token({ provider: at.provider.name, subject: 'alice' });
    await at.clock.advance(3_000);
    await hang.answer();
    await at.clock.advance(500);
    assert.equal(await own, 'access-2');
    assert.equal((await theirs).accessToken.reveal(), 'access-2');
    assert.equal(at.provider.calls.length, 2);
  });

  it('is waited for when the keeper is closed, and its answer stored', async () => {
    await using hang = await hanging();
    const { at } = hang;
    await at.clock.advance(HOUR_MS);
    const asked = at.token();
    await settled();
    let closed = false;
    const closing = at.keeper.close().then(() => (closed = true));
    await at.clock.advance(60);
    assert.equal(closed, false);
    await hang.answer();
    await closing;
    assert.equal(await asked, 'access-2');
    assert.equal(await at.token(), 'access-2');
  });

  it('does not keep a keeper from closing that only waits for another instance', async () => {
    await using hang = await hanging();
    const { at } = hang;
    await at.clock.advance(HOUR_MS);
    const neighbour = await at.another();
    const own = at.token();
    await settled();
    const theirs = assert.rejects(neighbour.token({ provider: at.provider.name, subject: 'alice' }), {
      code: 'upstream_slow',
    });
    await settled();
    const closing = neighbour.close();
    await at.clock.advance(1_000);
    await closing;
    await theirs;
    await hang.answer();
    assert.equal(await own, 'access-2');
  });
});

describe('a keeper that is closed', () => {
  it('begins nothing new, and gives what it has', async () => {
    await using at = await openKeeper();
    await at.ask();
    await at.keeper.close();
    assert.equal(await at.token(), 'access-1');
    assert.equal(await at.token({ force: true }), 'access-1');
    await at.clock.advance(HOUR_MS);
    await assert.rejects(at.ask(), { code: 'upstream_slow' });
    assert.equal(at.provider.calls.length, 1);
  });
});
