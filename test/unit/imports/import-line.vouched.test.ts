import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Profiles } from '../../../src/grants/connections/profiles.ts';
import { Providers } from '../../../src/grants/providers.ts';
import type { KnownAccount } from '../../../src/providers/provider.ts';
import { imported } from '../stores/contracts/connections/import-store-contract.ts';
import { profile } from '../../support/stores/one-grant.ts';
import { openKeeper } from '../../support/grants/open-keeper.ts';
import { refusal } from '../../support/grants/scripted-provider.ts';

/** A keeper with alice's imported account, and which accounts its provider is asked about. */
async function openImported() {
  const at = await openKeeper();
  const { imports } = await at.place.openAll();
  await imports.add([imported('one', { refresh: undefined })]);
  const asked: KnownAccount[] = [];
  const { recover } = at.provider;
  Object.assign(at.provider, {
    recover: (account: KnownAccount) => {
      asked.push(account);
      return recover!(account);
    },
    fetchProfile: (account: KnownAccount) => {
      asked.push(account);
      return Promise.resolve(at.provider.profileAnswer);
    },
  });
  const profiles = new Profiles({ store: at.store, providers: new Providers([at.provider]), clock: at.clock });
  return {
    at,
    asked,
    show: () => profiles.profile(at.provider.name, 'alice'),
    [Symbol.asyncDispose]: () => at[Symbol.asyncDispose](),
  };
}

describe('an imported account', () => {
  it('is vouched for until the provider has shown it', async () => {
    await using account = await openImported();
    const { at, asked } = account;
    await at.ask({ force: true });
    assert.deepEqual(asked.splice(0), [{ accountId: '179', subject: 'alice', createdAt: null, vouched: true }]);
    at.provider.profileAnswer = { ...profile('179', 'Alice'), createdAt: '2026-01-01' };
    assert.equal((await account.show())?.name, 'Alice');
    assert.equal(asked.splice(0)[0]?.vouched, true);
    await at.clock.advance(60_000);
    await account.show();
    const known = { accountId: '179', subject: 'alice', createdAt: '2026-01-01', vouched: false };
    assert.deepEqual(asked.splice(0), [known]);
    at.provider.script = ({ kind }) => refusal(kind === 'refresh' ? 'rejected' : 'unknown');
    await assert.rejects(at.ask({ force: true }));
    assert.deepEqual(asked, [known]);
  });
});
