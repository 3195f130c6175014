import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../../../src/secret.ts';
import { HOUR_MS, MINUTE_MS } from '../../../support/grants/facts.ts';
import { APPLICANT, openKeeper } from '../../../support/grants/open-keeper.ts';
import { issuing } from '../../../support/grants/scripted-provider.ts';

describe('a keeper asked for a token', () => {
  it('creates the account the first time', async () => {
    await using at = await openKeeper();
    const token = await at.ask();
    assert.equal(token.accessToken.reveal(), 'access-1');
    assert.deepEqual([token.created, token.refreshed], [true, true]);
    assert.equal(token.expiresAt, at.clock.now() + HOUR_MS);
    assert.equal(token.tokenType, 'Bearer');
    assert.deepEqual(at.provider.asked, ['provision alice@example.com']);
  });

  it('answers from one read when the token is good, and asks nobody', async () => {
    await using at = await openKeeper();
    await at.ask();
    at.storeCalls();
    const token = await at.ask();
    assert.equal(token.accessToken.reveal(), 'access-1');
    assert.deepEqual([token.created, token.refreshed], [false, false]);
    assert.deepEqual(at.storeCalls(), { view: 1 });
    assert.equal(at.provider.calls.length, 1);
    assert.equal(at.clock.waiting, 0);
  });

  it('refreshes a token that has expired, with the newest refresh token', async () => {
    await using at = await openKeeper();
    await at.expired();
    const token = await at.ask();
    assert.equal(token.accessToken.reveal(), 'access-2');
    assert.deepEqual([token.created, token.refreshed], [false, true]);
    await at.clock.advance(HOUR_MS);
    assert.equal(await at.token(), 'access-3');
    assert.deepEqual(at.provider.asked, ['refresh refresh-1', 'refresh refresh-2']);
  });

  it('refreshes a minute ahead of the end', async () => {
    await using at = await openKeeper();
    await at.ask();
    await at.clock.advance(HOUR_MS - MINUTE_MS);
    assert.equal(await at.token(), 'access-1');
    await at.clock.advance(1);
    assert.equal(await at.token(), 'access-2');
  });

  it('gives 200 callers at once the one token of one exchange, the first time and the next', async () => {
    await using at = await openKeeper();
    for (const expected of ['access-1', 'access-2']) {
      const tokens = await Promise.all(Array.from({ length: 200 }, () => at.ask()));
      assert.deepEqual([...new Set(tokens.map(({ accessToken }) => accessToken.reveal()))], [expected]);
      assert.ok(tokens.every(({ refreshed }) => refreshed));
      await at.clock.advance(HOUR_MS);
    }
    assert.deepEqual(at.provider.asked, ['provision alice@example.com', 'refresh refresh-1']);
  });

  it('keeps subjects apart', async () => {
    await using at = await openKeeper();
    const bob = { ...APPLICANT, subject: 'bob', email: 'bob@example.com' };
    at.provider.script = (call) => {
      const answer = issuing(() => at.clock.now(), HOUR_MS)({ ...call, kind: 'refresh' });
      assert.ok('kind' in answer && answer.kind === 'obtained');
      return { ...answer, tokens: { ...answer.tokens, accessToken: new Secret(`of ${call.about}`) } };
    };
    const tokens = await Promise.all([at.token(), at.token({ subject: 'bob', applicant: bob })]);
    assert.deepEqual(tokens, ['of alice@example.com', 'of bob@example.com']);
    assert.equal(await at.token({ subject: 'bob' }), 'of bob@example.com');
  });

  it('asks for an e-mail where it must create an account and has none', async () => {
    await using at = await openKeeper();
    await assert.rejects(at.ask({ applicant: undefined }), { code: 'email_required', retryAfterMs: undefined });
    assert.deepEqual(at.provider.asked, []);
    assert.equal(await at.token(), 'access-1');
    assert.equal(await at.token({ applicant: undefined }), 'access-1');
  });

  it('knows only the providers it was given', async () => {
    await using at = await openKeeper();
    await assert.rejects(at.ask({ provider: 'elsewhere' }), { code: 'provider_not_configured' });
  });

  it('reports each exchange, with its outcome and no token', async () => {
    await using at = await openKeeper();
    await at.ask();
    const { exchangeId, provider, subject, kind, outcome } = at.reports[0]!;
    assert.deepEqual(
      { exchangeId, provider, subject, kind, outcome },
      {
        exchangeId: 1,
        provider: 'some-provider',
        subject: 'alice',
        kind: 'provision',
        outcome: 'obtained',
      },
    );
    assert.doesNotMatch(JSON.stringify(at.reports), /access-1|refresh-1/);
  });
});

describe('a caller with a wish', () => {
  it('gets a token obtained since by force, by the ordinary refresh', async () => {
    await using at = await openKeeper();
    await at.ask();
    const token = await at.ask({ force: true });
    assert.deepEqual([token.accessToken.reveal(), token.refreshed], ['access-2', true]);
    assert.deepEqual(at.provider.asked.slice(1), ['refresh refresh-1']);
  });

  it('joins, by force, the exchange that runs already', async () => {
    await using at = await openKeeper();
    await at.ask();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => at.token({ force: true })));
    assert.deepEqual([...new Set(tokens)], ['access-2']);
    assert.equal(at.provider.calls.length, 2);
  });

  it('gets another token where the API refused this one: a thousand reports cost one call', async () => {
    await using at = await openKeeper();
    const rejected = new Secret(await at.token());
    const together = await Promise.all(Array.from({ length: 500 }, () => at.token({ rejected })));
    assert.deepEqual([...new Set(together)], ['access-2']);
    for (let report = 0; report < 500; report++) assert.equal(await at.token({ rejected }), 'access-2');
    assert.deepEqual(at.provider.asked.slice(1), ['refresh refresh-1']);
  });

  it('gets the token that is there where it reports a stranger', async () => {
    await using at = await openKeeper();
    await at.ask();
    assert.equal(await at.token({ rejected: new Secret('never ours') }), 'access-1');
    assert.equal(at.provider.calls.length, 1);
  });

  it('gets a longer life by a refresh, and the longest there is without asking twice', async () => {
    await using at = await openKeeper();
    await at.ask();
    await at.clock.advance(HOUR_MS / 2);
    assert.equal(await at.token({ minTtlMs: HOUR_MS / 2 }), 'access-1');
    assert.equal(await at.token({ minTtlMs: HOUR_MS / 2 + 1 }), 'access-2');
    assert.equal(await at.token({ minTtlMs: 2 * HOUR_MS }), 'access-3');
    assert.equal(at.provider.calls.length, 3);
  });

  it('gets what it wishes though others with smaller wishes wait along', async () => {
    await using at = await openKeeper();
    await at.ask();
    const tokens = await Promise.all([
      at.token(),
      at.token({ force: true }),
      at.token({ minTtlMs: 1 }),
      at.token({ force: true }),
    ]);
    assert.deepEqual(tokens, ['access-1', 'access-2', 'access-1', 'access-2']);
  });
});
