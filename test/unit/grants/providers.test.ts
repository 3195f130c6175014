import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { providerNameOf, Providers } from '../../../src/grants/providers.ts';
import type { Authorization } from '../../../src/providers/authorization.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { ScriptedProvider } from '../../support/grants/scripted-provider.ts';

const authorization = {} as Authorization;
const made: Provider = Object.assign(new ScriptedProvider(), { name: 'made', realm: 'made https://a.example one' });
const linked: Provider = Object.assign(new ScriptedProvider(), {
  name: 'linked',
  realm: 'linked https://b.example two',
  authorization,
});
const providers = new Providers([made, linked]);

describe('the providers of a deployment', () => {
  it('are found by name, and a name that is none of theirs is refused', () => {
    assert.equal(providers.get('linked'), linked);
    assert.equal(providers.named('made'), made);
    assert.throws(() => providers.get('other'), { name: 'KeeperError', code: 'provider_not_configured' });
    for (const name of ['other', 'constructor', undefined, 7, ['made']]) {
      assert.equal(providers.named(name), undefined, String(name));
    }
  });

  it('are found by realm, to the letter: another client at the same provider has another', () => {
    assert.equal(providers.find('made https://a.example one'), made);
    assert.equal(providers.find('made https://a.example another'), undefined);
    assert.equal(providers.find('made'), undefined);
  });

  it('are told apart by whether users link their accounts, and keep their order', () => {
    assert.deepEqual(
      providers.linkable().map(({ name }) => name),
      ['linked'],
    );
    assert.deepEqual(
      providers.all.map(({ name }) => name),
      ['made', 'linked'],
    );
  });

  it('name their realms, those too that are configured no more', () => {
    assert.equal(providerNameOf('gone https://gone.example client'), 'gone');
    assert.equal(providerNameOf('gone'), 'gone');
  });
});
