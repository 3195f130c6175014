import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { WrongKeyRingError } from '../../../../src/stores/vault/key-ring-check.ts';
import { Vault } from '../../../../src/stores/vault/vault.ts';
import { REALM, SUBJECT } from '../../../support/stores/one-grant.ts';
import { sqlitePlace } from '../../../support/stores/open-test-stores.ts';
import { ringKey } from '../../../support/stores/ring-key.ts';

const [first, second] = [ringKey('k1'), ringKey('k2')];

/** A database that was written under the first key, and closed. */
async function writtenUnderFirst() {
  const place = await sqlitePlace();
  await using stores = await place.openAll({ vault: new Vault([first]) });
  await stores.grants.connect(REALM, SUBJECT);
  return place;
}

function fingerprint(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('opening a database', () => {
  it('works again and again under the same ring', async () => {
    await using place = await writtenUnderFirst();
    const { grants } = await place.openAll({ vault: new Vault([first]) });
    assert.ok((await grants.view(REALM, SUBJECT)) !== undefined);
  });

  const wrong = [
    ['the same name over another key', [ringKey('k1')]],
    ['another key alone', [second]],
    ['the right key under another name', [{ ...first, id: 'k9' }]],
    ['a wrong key behind a new one', [second, ringKey('k1')]],
  ] as const;
  for (const [name, ring] of wrong) {
    it(`is refused under ${name}, and writes nothing`, async () => {
      await using place = await writtenUnderFirst();
      const before = fingerprint(place.path);
      const rows = place.rows('select * from vault_keys');
      await assert.rejects(place.openAll({ vault: new Vault(ring) }), WrongKeyRingError);
      assert.equal(fingerprint(place.path), before);
      assert.deepEqual(place.rows('select * from vault_keys'), rows);
      await place.openAll({ vault: new Vault([first]) });
    });
  }

  it('takes a new key in front of the old one, and then wants both', async () => {
    await using place = await writtenUnderFirst();
    await place.openAll({ vault: new Vault([second, first]) });
    assert.deepEqual(
      place.rows('select id from vault_keys order by id').map(({ id }) => id),
      ['k1', 'k2'],
    );
    await place.openAll({ vault: new Vault([first, second]) });
    await assert.rejects(place.openAll({ vault: new Vault([first]) }), WrongKeyRingError);
    await assert.rejects(place.openAll({ vault: new Vault([second]) }), WrongKeyRingError);
  });

  it('is refused in words that hold no key', async () => {
    await using place = await writtenUnderFirst();
    const stranger = ringKey('k1');
    await assert.rejects(
      place.openAll({ vault: new Vault([stranger]) }),
      ({ message }: Error) => !message.includes(stranger.key.reveal()) && message.includes('k1'),
    );
  });
});
