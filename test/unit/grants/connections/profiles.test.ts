import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Profiles } from '../../../../src/grants/connections/profiles.ts';
import { Providers } from '../../../../src/grants/providers.ts';
import { profile } from '../../../support/stores/one-grant.ts';
import { openKeeper } from '../../../support/grants/open-keeper.ts';

async function openProfiles() {
  const at = await openKeeper();
  const profiles = new Profiles({ store: at.store, providers: new Providers([at.provider]), clock: at.clock });
  const name = async () => (await profiles.profile(at.provider.name, 'alice'))?.name;
  return { at, name, [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() };
}

describe('a profile', () => {
  it('is there once the subject is integrated', async () => {
    await using shown = await openProfiles();
    assert.equal(await shown.name(), undefined);
    await shown.at.ask();
    assert.equal(await shown.name(), 'Alice');
  });

  it('is asked for again after ten seconds, and remembered', async () => {
    await using shown = await openProfiles();
    await shown.at.ask();
    shown.at.provider.profileAnswer = profile('179', 'Alicia');
    await shown.at.clock.advance(9_999);
    assert.equal(await shown.name(), 'Alice');
    await shown.at.clock.advance(1);
    assert.equal(await shown.name(), 'Alicia');
    shown.at.provider.profileAnswer = 'unreachable';
    await shown.at.clock.advance(60_000);
    assert.equal(await shown.name(), 'Alicia');
  });

  it('is none where the provider has the account no more', async () => {
    await using shown = await openProfiles();
    await shown.at.ask();
    await shown.at.clock.advance(60_000);
    shown.at.provider.profileAnswer = 'gone';
    assert.equal(await shown.name(), undefined);
  });
});
