import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LiveToken } from '../../src/grants/keeper.ts';
import { Secret } from '../../src/secret.ts';
import { HOUR_MS } from './facts.ts';
import { GRACE_MS, openKeeper, type OpenKeeper } from './open-keeper.ts';
import { refusal } from './scripted-provider.ts';

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
    await at.ask();
    await at.ask({ force: true });
    assert.equal((await successor(at, 'access-1'))?.accessToken.reveal(), 'access-2');
    assert.deepEqual([at.provider.calls.length, at.provider.probes.length], [2, 0]);
  });

  it('is a new one for an older token where the current one has expired too', async () => {
    await using at = await openKeeper();
    await at.ask();
    await at.ask({ force: true });
    await at.clock.advance(HOUR_MS);
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
});
