import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toProblem, retryAfterMs, tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { startService, type Service } from '../../support/service/start-service.ts';

const CALLS = 75;
const MOST_A_MINUTE = 60;

/** No more exchanges upstream for her than the brake lets through, however slow the machine. */
async function assertBraked({ sandbox }: Service, since: number): Promise<void> {
  const exchanges = 1 + (await sandbox.count('refresh'));
  const minutes = 1 + Math.floor((Date.now() - since) / 60_000);
  assert.ok(exchanges <= minutes * MOST_A_MINUTE, `${exchanges} exchanges within ${minutes} min`);
  assert.equal(await sandbox.count('force-refresh'), 0);
}

/** What every call asks for that no token can give for long. */
const GREEDY: Record<string, object> = {
  'more life than any token has': { min_ttl: 86_400 },
  'a new token with every call': { force_refresh: true },
};

describe('a caller who asks for', { concurrency: 3 }, () => {
  for (const [what, body] of Object.entries(GREEDY)) {
    it(`${what} is served the live one, once it was renewed ${MOST_A_MINUTE} times in a minute`, async () => {
      await using service = await startService();
      const since = Date.now();
      const answers = [];
      for (let round = 0; round < CALLS; round += 1) answers.push(tokenOf(await service.token(jwt('alice'), body)));
      await assertBraked(service, since);
      assert.ok(
        answers.slice(0, 20).every(({ refreshed }) => refreshed),
        'a few times is no harm',
      );
      const last = answers.at(-1);
      assert.equal(last.refreshed, false);
      assert.ok(last.expires_in > 3000);
      assert.equal((await service.sandbox.me(last.access_token)).status, 200);
      assert.equal(
        tokenOf(await service.token(jwt('bob'), { force_refresh: true })).refreshed,
        true,
        'bob is not alice',
      );
      await service.expire();
      const renewed = tokenOf(await service.token(jwt('alice')));
      assert.equal(renewed.refreshed, true, 'what has expired is renewed all the same');
      assert.equal((await service.sandbox.me(renewed.access_token)).status, 200);
    });
  }

  it('another token, calling each one rejected, is told to come later, and others are not held up', async () => {
    await using service = await startService();
    const since = Date.now();
    let rejected: string = tokenOf(await service.token(jwt('alice'))).access_token;
    const bob: string = tokenOf(await service.token(jwt('bob'))).access_token;
    const report = () => service.token(jwt('alice'), { rejected_access_token: rejected });
    let answer = await report();
    for (let round = 0; answer.status === 200 && round < CALLS; round += 1) {
      const next: string = tokenOf(answer).access_token;
      assert.notEqual(next, rejected, 'never the rejected one');
      rejected = next;
      answer = await report();
    }
    toProblem(answer, 429, 'too_many_renewals');
    const waitMs = retryAfterMs(answer);
    assert.ok(waitMs >= 1_000 && waitMs <= 60_000, `${waitMs} ms`);
    const before = await service.sandbox.count('refresh');
    for (let round = 0; round < 5; round += 1) toProblem(await report(), 429, 'too_many_renewals');
    assert.equal(await service.sandbox.count('refresh'), before, 'and Cal.com is left alone');
    await assertBraked(service, since);
    assert.equal(tokenOf(await service.token(jwt('bob'), { rejected_access_token: bob })).refreshed, true);
    assert.equal(tokenOf(await service.token(jwt('carol'))).integration_status, 'created');
    assert.equal(
      tokenOf(await service.token(jwt('alice'))).access_token,
      rejected,
      'whoever has no complaint is served',
    );
  });
});
