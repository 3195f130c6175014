import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DueGrant } from '../../../../src/grants/storage/upkeep-store.ts';
import { SUBJECT } from '../../../support/stores/one-grant.ts';
import { HOUR_MS, MINUTE_MS } from '../../../support/grants/facts.ts';
import { openKeeper, type OpenKeeper } from '../../../support/grants/open-keeper.ts';
import { refusal, type ScriptedProvider } from '../../../support/grants/scripted-provider.ts';

/** The one subject's credential as upkeep finds it due, ten minutes before its end. */
async function due(at: OpenKeeper): Promise<DueGrant> {
  await at.ask();
  await at.clock.advance(HOUR_MS - 10 * MINUTE_MS);
  at.provider.calls.length = 0;
  const view = await at.store.view(at.provider.realm, SUBJECT);
  assert.ok(view?.current !== undefined);
  return { grantId: view.grantId, subject: SUBJECT, exchangeId: view.current.exchangeId };
}

/** A provider that answers when it is told to. */
function holdAnswers(provider: ScriptedProvider): () => void {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const { script } = provider;
  provider.script = async (call) => {
    await promise;
    return script(call);
  };
  return () => {
    resolve(undefined);
  };
}

/** The provider knows nothing of the account any more, and takes a new one. */
function forgetAccount(provider: ScriptedProvider): void {
  const { script } = provider;
  provider.script = (call) =>
    call.kind === 'provision' ? script(call) : refusal(call.kind === 'refresh' ? 'rejected' : 'account_gone');
}

describe('a renewal ahead of need', () => {
  it('gives the next caller a new token at once, by the ordinary refresh', async () => {
    await using at = await openKeeper();
    const found = await due(at);
    assert.equal(await at.keeper.renewAhead(at.provider, found), undefined);
    assert.deepEqual(at.provider.asked, ['refresh refresh-1']);
    const token = await at.ask();
    assert.deepEqual([token.accessToken.reveal(), token.refreshed], ['access-2', false]);
    assert.equal(at.provider.calls.length, 1);
  });

  it('is shared by callers who need a token meanwhile, and keeps nobody else waiting', async () => {
    await using at = await openKeeper();
    const found = await due(at);
    const answer = holdAnswers(at.provider);
    const renewal = at.keeper.renewAhead(at.provider, found);
    const forced = Array.from({ length: 50 }, () => at.token({ force: true }));
    assert.equal(await at.token(), 'access-1', 'who is content with the old token gets it');
    answer();
    assert.deepEqual(await Promise.all([renewal, ...forced]), [undefined, ...forced.map(() => 'access-2')]);
    assert.deepEqual(at.provider.asked, ['refresh refresh-1']);
  });

  it('joins the renewal that a caller has begun', async () => {
    await using at = await openKeeper();
    const found = await due(at);
    const answer = holdAnswers(at.provider);
    const forced = at.token({ force: true });
    await at.clock.advance(0);
    const renewal = at.keeper.renewAhead(at.provider, found);
    answer();
    assert.deepEqual(await Promise.all([forced, renewal]), ['access-2', undefined]);
    assert.deepEqual(at.provider.asked, ['refresh refresh-1']);
  });

  it('asks nobody where a newer token is there already', async () => {
    await using at = await openKeeper();
    const found = await due(at);
    await at.token({ force: true });
    assert.equal(await at.keeper.renewAhead(at.provider, found), undefined);
    assert.equal(at.provider.calls.length, 1);
    assert.equal(await at.token(), 'access-2');
  });

  it('is one call where two instances find the same grant due', async () => {
    await using at = await openKeeper();
    const found = await due(at);
    const other = await at.another();
    const answer = holdAnswers(at.provider);
    const renewals = Promise.all([at.keeper, other].map((keeper) => keeper.renewAhead(at.provider, found)));
    await at.clock.advance(100);
    answer();
    await at.clock.advance(1000);
    assert.deepEqual(await renewals, [undefined, undefined]);
    assert.deepEqual(at.provider.asked, ['refresh refresh-1']);
    assert.equal(await at.token(), 'access-2');
  });

  it('that fails says why, ends nothing, and callers go on with the old token', async () => {
    await using at = await openKeeper();
    const found = await due(at);
    at.provider.script = () => refusal('throttled');
    assert.equal((await at.keeper.renewAhead(at.provider, found))?.code, 'upstream_throttled');
    assert.equal(await at.token(), 'access-1');
    assert.equal(at.provider.calls.length, 1, 'a grant that backs off is left alone');
  });

  it('takes on nothing once its keeper closes', async () => {
    await using at = await openKeeper();
    const found = await due(at);
    await at.keeper.close();
    assert.ok((await at.keeper.renewAhead(at.provider, found)) !== undefined);
    assert.deepEqual(at.provider.calls, []);
  });

  it('is awaited by a keeper that closes', async () => {
    await using at = await openKeeper();
    const found = await due(at);
    const answer = holdAnswers(at.provider);
    void at.keeper.renewAhead(at.provider, found);
    await at.clock.advance(0);
    let isClosed = false;
    const closing = at.keeper.close().then(() => (isClosed = true));
    await at.clock.advance(100);
    assert.equal(isClosed, false);
    answer();
    await closing;
    assert.equal((await at.store.view(at.provider.realm, SUBJECT))?.current?.accessToken().reveal(), 'access-2');
  });

  it('connects nobody who has left', async () => {
    await using at = await openKeeper();
    const found = await due(at);
    await at.keeper.renewAhead(at.provider, { ...found, subject: 'nobody' });
    assert.equal(await at.store.view(at.provider.realm, 'nobody'), undefined);
    assert.deepEqual(at.provider.calls, []);
  });

  it('makes no new account in the place of one that is gone, until a caller asks', async () => {
    await using at = await openKeeper();
    const found = await due(at);
    forgetAccount(at.provider);
    const answer = holdAnswers(at.provider);
    const renewal = at.keeper.renewAhead(at.provider, found);
    await at.clock.advance(0);
    answer();
    assert.equal(await renewal, undefined);
    assert.deepEqual(at.provider.asked, ['refresh refresh-1', 'recover 179']);
    assert.match(await at.token(), /^access-/);
    assert.equal(at.provider.asked[2], 'provision alice@example.com');
  });

  it('leaves a caller who waits along a new account of his own', async () => {
    await using at = await openKeeper();
    const found = await due(at);
    forgetAccount(at.provider);
    const answer = holdAnswers(at.provider);
    const renewal = at.keeper.renewAhead(at.provider, found);
    await at.clock.advance(0);
    const waiting = at.token({ force: true });
    await at.clock.advance(0);
    answer();
    assert.equal(await renewal, undefined);
    assert.match(await waiting, /^access-/);
    assert.deepEqual(at.provider.asked, ['refresh refresh-1', 'recover 179', 'provision alice@example.com']);
  });
});
