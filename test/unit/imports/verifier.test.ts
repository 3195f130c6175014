import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Providers } from '../../../src/grants/providers.ts';
import type { ImportedGrant } from '../../../src/grants/storage/import-store.ts';
import { Verifier } from '../../../src/imports/verifier.ts';
import type { Identified } from '../../../src/providers/authorization.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { shownAccount } from '../../../src/providers/to-profile.ts';
import { Secret } from '../../../src/secret.ts';
import { TestClock } from '../../support/stores/test-clock.ts';
import { ScriptedProvider } from '../../support/grants/scripted-provider.ts';
import { imported } from '../stores/contracts/connections/import-store-contract.ts';

const known = (accountId: string | undefined): Identified => ({ kind: 'known', accountId, shown: shownAccount({}) });

/** A verifier of a provider that answers so, in this order and then as last. */
function open(answers: Identified[], more: Partial<Provider> = {}) {
  const clock = new TestClock();
  const asked: { token: string; at: number }[] = [];
  const startedAt = clock.monotonic();
  const scripted = new ScriptedProvider({ recover: false, provision: false });
  const provider: Provider = Object.assign(scripted, {
    identify: (token: Secret) => {
      asked.push({ token: token.reveal(), at: clock.monotonic() - startedAt });
      return Promise.resolve(answers.length > 1 ? answers.shift()! : answers[0]!);
    },
    ...more,
  });
  let isStopping = false;
  const verifier = new Verifier({ providers: new Providers([provider]), clock, stopping: () => isStopping });
  const live = { token: new Secret('one'), expiresAt: clock.now() + 3_600_000 };
  const grant = (and: Partial<ImportedGrant> = {}): ImportedGrant => imported('one', { access: live, ...and });
  return {
    clock,
    asked,
    provider,
    verify: (and?: Partial<ImportedGrant>) => verifier.verify(grant(and)),
    stop: () => {
      isStopping = true;
    },
    grant,
  };
}

describe('a verification', () => {
  it('asks whose the access token is', async () => {
    const scene = open([known('179')]);
    assert.deepEqual(await scene.verify(), { kind: 'verified' });
    assert.deepEqual(scene.asked, [{ token: 'one', at: 0 }]);
  });

  it('refuses a token of another account, and names both accounts', async () => {
    const found = await open([known('180')]).verify();
    assert.deepEqual(found, {
      kind: 'refused',
      message:
        '"access_token" is of the account 180 by its provider\'s word, but "account_id" is 179; give token and id of one account',
    });
  });

  it('says of what it cannot ask about why, and asks nobody', async () => {
    const scene = open([known('179')]);
    const over = { token: new Secret('one'), expiresAt: scene.clock.now() };
    for (const [grant, why] of [
      [{ access: undefined }, /no access token, and its refresh token is not spent/],
      [{ access: over }, /^its access token is over/],
      [{ access: { ...over, expiresAt: 0 } }, /^its access token is over/],
    ] as const) {
      const found = await scene.verify(grant);
      assert.match(found.kind === 'unverified' ? found.why : found.kind, why);
    }
    assert.deepEqual(scene.asked, []);
    const blind = open([known('179')], { identify: undefined as never });
    assert.equal((await blind.verify()).kind, 'unverified');
    assert.equal((await open([known(undefined)]).verify()).kind, 'unverified');
  });

  it('lets a refresh token stand for an access token that is refused, but not nothing', async () => {
    const answers: Identified[] = [{ kind: 'refused', detail: 'HTTP 401' }];
    assert.equal((await open(answers).verify()).kind, 'unverified');
    assert.equal((await open(answers).verify({ refresh: undefined })).kind, 'refused');
  });

  it('asks again where there is no answer, and then gives the line back', async () => {
    const nothing: Identified = { kind: 'unreachable', detail: 'it answers HTTP 503' };
    const scene = open([nothing, nothing, known('179')]);
    const verified = scene.verify();
    await scene.clock.advance(10_000);
    assert.deepEqual(await verified, { kind: 'verified' });
    assert.equal(scene.asked.length, 3);
    const vain = open([nothing]);
    const refused = vain.verify();
    await vain.clock.advance(60_000);
    assert.deepEqual(await refused, {
      kind: 'refused',
      message: 'could not be verified: it answers HTTP 503; import the line again',
    });
    assert.equal(vain.asked.length, 4);
  });

  it('keeps to half of the provider’s limit, and to a cautious one where none is known', async () => {
    for (const [requestsPerMinute, everyMs] of [
      [500, 240],
      [undefined, 2_000],
    ] as const) {
      const scene = open([known('179')], { requestsPerMinute } as Partial<Provider>);
      const all = Promise.all([scene.verify(), scene.verify(), scene.verify()]);
      await scene.clock.advance(2 * everyMs);
      await all;
      assert.deepEqual(
        scene.asked.map(({ at }) => at),
        [0, everyMs, 2 * everyMs],
      );
    }
  });

  it('asks nobody once it is to stop', async () => {
    const scene = open([known('179')]);
    scene.stop();
    assert.equal((await scene.verify()).kind, 'refused');
    assert.deepEqual(scene.asked, []);
  });
});
