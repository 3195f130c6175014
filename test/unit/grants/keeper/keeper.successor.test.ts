import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveToken } from '../../../../src/grants/keeper/live-token.ts';
import { Secret } from '../../../../src/secret.ts';
import { HOUR_MS } from '../../../support/grants/facts.ts';
import { CHAIN_MS, GRACE_MS, openKeeper, type OpenKeeper } from '../../../support/grants/open-keeper.ts';
import { refusal } from '../../../support/grants/scripted-provider.ts';

async function successor({ keeper }: OpenKeeper, presented: string): Promise<LiveToken | undefined> {
  const token = new Secret(presented);
  const owner = await keeper.ownerOf(token);
  return owner && (await keeper.successor(owner, token));
}

describe('the successor of an access token', () => {
  it('is none where the token was never ours', async () => {
    await using at = await openKeeper();
    await at.ask();
    for (const stranger of ['', 'access-2', 'refresh-1']) assert.equal(await successor(at, stranger), undefined);
    assert.deepEqual([at.provider.calls.length, at.provider.probes.length], [1, 0]);
  });

  it('is none once the grace is over', async () => {
    await using at = await openKeeper();
    await at.ask();
    await at.clock.advance(HOUR_MS + GRACE_MS);
    assert.equal(await successor(at, 'access-1'), undefined);
  });

  it('is the current one of the same subject for an older token, without a question', async () => {
    await using at = await openKeeper();
    await at.expired();
    await at.ask();
    assert.equal((await successor(at, 'access-1'))?.accessToken.reveal(), 'access-2');
    assert.deepEqual([at.provider.calls.length, at.provider.probes.length], [1, 0]);
  });

  it('is a new one for an older token where the current one has expired too', async () => {
    await using at = await openKeeper();
    await at.ask();
    // In time for the default of what a token must still live.
    await at.clock.advance(HOUR_MS - 1);
    await at.ask();
    await at.clock.advance(GRACE_MS / 2);
    at.provider.probeAnswer = 'refused';
    assert.equal((await successor(at, 'access-2'))?.accessToken.reveal(), 'access-3');
    assert.equal((await successor(at, 'access-1'))?.accessToken.reveal(), 'access-3');
  });

  it('is the token itself only where the provider has just accepted it', async () => {
    await using at = await openKeeper();
    await at.ask();
    const token = await successor(at, 'access-1');
    assert.deepEqual([token?.accessToken.reveal(), token?.refreshed], ['access-1', false]);
    assert.deepEqual(at.provider.probes, ['access-1']);
    assert.equal(at.provider.calls.length, 1);
  });

  it('is a new one where the provider refuses the token', async () => {
    await using at = await openKeeper();
    await at.ask();
    at.provider.probeAnswer = 'refused';
    const token = await successor(at, 'access-1');
    assert.deepEqual([token?.accessToken.reveal(), token?.refreshed], ['access-2', true]);
    assert.deepEqual(at.provider.asked.slice(1), ['refresh refresh-1']);
  });

  it('is an error where the provider refuses the token and gives no other', async () => {
    await using at = await openKeeper();
    await at.ask();
    at.provider.probeAnswer = 'refused';
    at.provider.script = () => refusal('unknown');
    await assert.rejects(successor(at, 'access-1'), { code: 'upstream_unavailable' });
  });

  it('is an error to come again with where the provider cannot be asked', async () => {
    await using at = await openKeeper();
    await at.ask();
    at.provider.probeAnswer = 'unreachable';
    await assert.rejects(successor(at, 'access-1'), { code: 'upstream_unavailable', retryAfterMs: 2_000 });
    assert.equal(at.provider.calls.length, 1);
  });

  for (const probeAnswer of ['accepted', 'refused'] as const) {
    it(`costs three tabs at once one question and at most one exchange where it is ${probeAnswer}`, async () => {
      await using at = await openKeeper();
      await at.ask();
      at.provider.probeAnswer = probeAnswer;
      const tokens = await Promise.all([1, 2, 3].map(() => successor(at, 'access-1')));
      const expected = probeAnswer === 'accepted' ? 'access-1' : 'access-2';
      assert.deepEqual([...new Set(tokens.map((token) => token?.accessToken.reveal()))], [expected]);
      assert.equal(at.provider.probes.length, 1);
      assert.equal(at.provider.calls.length, probeAnswer === 'accepted' ? 1 : 2);
    });
  }

  it('is none for a provider whose tokens no page holds', async () => {
    await using at = await openKeeper({ pages: false });
    await at.ask();
    assert.equal(await successor(at, 'access-1'), undefined);
    assert.deepEqual(at.provider.probes, []);
  });

  it('is none for what was given before a caller forced another, which itself has one', async () => {
    await using at = await openKeeper();
    await at.ask();
    await at.ask({ force: true });
    assert.equal(await successor(at, 'access-1'), undefined);
    assert.equal((await successor(at, 'access-2'))?.accessToken.reveal(), 'access-2');
    await at.clock.advance(HOUR_MS);
    at.provider.probeAnswer = 'refused';
    assert.equal((await successor(at, 'access-2'))?.accessToken.reveal(), 'access-3');
  });

  it('is none for a token that a caller reported, however often, and still one for the next', async () => {
    await using at = await openKeeper();
    await at.ask();
    for (let report = 0; report < 3; report += 1) await at.ask({ rejected: new Secret('access-1') });
    assert.equal(await successor(at, 'access-1'), undefined);
    assert.equal((await successor(at, 'access-2'))?.accessToken.reveal(), 'access-2');
    assert.equal(at.provider.calls.length, 2, 'one refresh for all reports');
  });

  it('is none for whoever waited while a caller forced another', async () => {
    await using at = await openKeeper();
    await at.expired();
    at.provider.probeAnswer = 'refused';
    const begun = Promise.withResolvers<undefined>();
    const { script } = at.provider;
    at.provider.script = async (call) => {
      await begun.promise;
      return script(call);
    };
    const stolen = successor(at, 'access-1');
    await until(() => at.provider.calls.length === 1);
    const forced = at.ask({ force: true });
    await until(() => at.place.rows('select successors_from as first from grants')[0]?.['first'] === 2);
    begun.resolve(undefined);
    assert.equal(await stolen, undefined);
    assert.ok((await forced).refreshed);
  });

  it('is none where nobody with a better credential has asked for long, whatever pages asked', async () => {
    await using at = await openKeeper();
    await at.ask();
    at.provider.probeAnswer = 'refused';
    let held = 'access-1';
    for (const since = at.clock.now(); at.clock.now() - since < CHAIN_MS - HOUR_MS;) {
      await at.clock.advance(HOUR_MS);
      held = (await successor(at, held))?.accessToken.reveal() ?? 'none';
    }
    assert.equal(held, 'access-168');
    await at.clock.advance(HOUR_MS);
    assert.equal(await successor(at, held), undefined);
    await at.ask();
    await at.successions.drain();
    assert.notEqual(await successor(at, held), undefined, 'a call brings it back');
  });

  it('costs the warm path a note an hour', async () => {
    await using at = await openKeeper();
    await at.ask();
    await at.successions.drain();
    const noted = () => at.place.rows('select called_at as at from connections')[0]?.['at'];
    const before = noted();
    assert.equal(before, at.clock.now());
    await at.clock.advance(HOUR_MS / 2);
    await at.ask();
    await at.successions.drain();
    assert.equal(noted(), before);
    await at.clock.advance(HOUR_MS / 2);
    await at.ask();
    await at.successions.drain();
    assert.equal(noted(), at.clock.now());
  });
});

async function until(isSo: () => boolean): Promise<void> {
  const since = performance.now();
  while (!isSo()) {
    assert.ok(performance.now() - since < 10_000, 'it comes about in time');
    await sleep(5);
  }
}
