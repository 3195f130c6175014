import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../../../src/secret.ts';
import { IntegrityError, Vault, type SealContext } from '../../../../src/stores/vault/vault.ts';
import { ringKey } from '../../../support/stores/ring-key.ts';

const PLACE: SealContext = { grantId: 'grant-1', exchangeId: 7, field: 'access_token' };
const OTHER_PLACES: SealContext[] = [
  { ...PLACE, grantId: 'grant-2' },
  { ...PLACE, grantId: '' },
  { ...PLACE, exchangeId: 8 },
  { ...PLACE, exchangeId: 71 },
  { ...PLACE, field: 'refresh_token' },
  { ...PLACE, grantId: 'grant-1\x007', exchangeId: 7 },
  { grantId: 'grant-', exchangeId: 17, field: 'access_token' },
];
const NONCE_BYTES = 12;

describe('a vault', () => {
  it('opens what it sealed', () => {
    const vault = new Vault([ringKey('k1')]);
    for (const text of ['', 'a', 'token', 'ünïcödé 🗝', 'x'.repeat(100_000)]) {
      assert.equal(vault.open(vault.seal(new Secret(text), PLACE), PLACE).reveal(), text);
    }
  });

  it('shows nothing of what it sealed', () => {
    const vault = new Vault([ringKey('k1')]);
    const sealed = Buffer.from(vault.seal(new Secret('s3cr3t-token'), PLACE)).toString('latin1');
    assert.doesNotMatch(sealed, /s3cr3t/);
  });

  it('remembers an access token, and nothing else', () => {
    const vault = new Vault([ringKey('k1')]);
    const sealed = vault.seal(new Secret('token'), PLACE);
    const token = vault.open(sealed, PLACE);
    assert.equal(vault.open(Uint8Array.from(sealed), { ...PLACE }), token);
    const place: SealContext = { ...PLACE, field: 'refresh_token' };
    const other = vault.seal(new Secret('other'), place);
    assert.notEqual(vault.open(other, place), vault.open(other, place));
    assert.equal(vault.open(sealed, PLACE), token);
  });

  it('opens what a token was replaced by, and then the first again', () => {
    const vault = new Vault([ringKey('k1')]);
    const places = [PLACE, { ...PLACE, exchangeId: 8 }];
    const sealed = places.map((place, index) => vault.seal(new Secret(`token ${index}`), place));
    const again = vault.seal(new Secret('sealed again'), PLACE);
    for (const index of [0, 1, 0]) assert.equal(vault.open(sealed[index]!, places[index]!).reveal(), `token ${index}`);
    assert.equal(vault.open(again, PLACE).reveal(), 'sealed again');
  });

  it('refuses an opened token that was altered, moved or swapped since', () => {
    const vault = new Vault([ringKey('k1')]);
    const sealed = vault.seal(new Secret('token'), PLACE);
    for (const place of OTHER_PLACES) {
      vault.open(sealed, PLACE);
      assert.throws(() => vault.open(sealed, place), IntegrityError, JSON.stringify(place));
      const other = vault.seal(new Secret('other'), place);
      vault.open(other, place);
      assert.throws(() => vault.open(other, PLACE), IntegrityError);
      assert.equal(vault.open(other, place).reveal(), 'other');
    }
    const buffer = Buffer.from(vault.seal(new Secret('token'), PLACE));
    vault.open(buffer, PLACE);
    for (const index of buffer.keys()) {
      buffer[index]! ^= 1;
      assert.throws(() => vault.open(buffer, PLACE), IntegrityError, `byte ${index} of the very buffer`);
      buffer[index]! ^= 1;
    }
    assert.throws(() => vault.open(sealed.subarray(0, -1), PLACE), IntegrityError);
    assert.throws(() => vault.open(Buffer.concat([sealed, Buffer.from([0])]), PLACE), IntegrityError);
  });

  it('refuses a sealed value with any one bit flipped', () => {
    const vault = new Vault([ringKey('k1'), ringKey('k3')]);
    const sealed = vault.seal(new Secret('token'), PLACE);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Uint8Array.from(sealed);
      altered[bit >> 3] = altered[bit >> 3]! ^ (1 << (bit & 7));
      assert.throws(() => vault.open(altered, PLACE), IntegrityError, `bit ${bit}`);
    }
  });

  it('refuses a sealed value that was cut or lengthened', () => {
    const vault = new Vault([ringKey('k1')]);
    const sealed = vault.seal(new Secret('token'), PLACE);
    for (let length = 0; length < sealed.length; length++) {
      assert.throws(() => vault.open(sealed.subarray(0, length), PLACE), IntegrityError, `${length} bytes`);
    }
    assert.throws(() => vault.open(Buffer.concat([sealed, Buffer.from([0])]), PLACE), IntegrityError);
  });

  it('refuses a sealed value in any place but its own', () => {
    const vault = new Vault([ringKey('k1')]);
    const sealed = vault.seal(new Secret('token'), PLACE);
    for (const place of OTHER_PLACES) {
      assert.throws(() => vault.open(sealed, place), IntegrityError, JSON.stringify(place));
      assert.throws(() => vault.open(vault.seal(new Secret('token'), place), PLACE), IntegrityError);
    }
  });

  it('refuses what was sealed under another key, of another name or of the same', () => {
    const sealed = new Vault([ringKey('k1')]).seal(new Secret('token'), PLACE);
    assert.throws(() => new Vault([ringKey('k1')]).open(sealed, PLACE), IntegrityError);
    assert.throws(() => new Vault([ringKey('k2')]).open(sealed, PLACE), IntegrityError);
  });

  it('refuses a sealed value whose key was renamed', () => {
    const bytes = Buffer.alloc(32, 7);
    const sealed = Uint8Array.from(new Vault([ringKey('k1', bytes)]).seal(new Secret('token'), PLACE));
    sealed[3] = '2'.charCodeAt(0);
    assert.throws(() => new Vault([ringKey('k2', bytes)]).open(sealed, PLACE), IntegrityError);
  });

  it('says in its refusals nothing of what is sealed', () => {
    const vault = new Vault([ringKey('k1')]);
    const sealed = vault.seal(new Secret('s3cr3t'), PLACE);
    assert.throws(
      () => vault.open(sealed, OTHER_PLACES[0]!),
      (error: Error) => !/s3cr3t/.test(`${error.message} ${String(error.cause)}`),
    );
  });

  it('seals under the first key of its ring and opens under all', () => {
    const [first, second] = [ringKey('k1'), ringKey('k2')];
    const old = new Vault([first]).seal(new Secret('old'), PLACE);
    const rotated = new Vault([second, first]);
    assert.equal(rotated.open(old, PLACE).reveal(), 'old');
    const fresh = rotated.seal(new Secret('new'), PLACE);
    assert.equal(new Vault([second]).open(fresh, PLACE).reveal(), 'new');
    assert.throws(() => new Vault([first]).open(fresh, PLACE), IntegrityError);
  });

  it('never uses a nonce twice in 100,000 sealings', () => {
    const vault = new Vault([ringKey('k1')]);
    const secret = new Secret('token');
    const nonces = new Set<string>();
    for (let count = 0; count < 100_000; count++) {
      const sealed = vault.seal(secret, PLACE);
      nonces.add(Buffer.from(sealed.subarray(4, 4 + NONCE_BYTES)).toString('base64'));
    }
    assert.equal(nonces.size, 100_000);
  });

  it('cannot be made of no key', () => {
    assert.throws(() => new Vault([]), /empty/);
  });
});

describe('the hashes and proofs of a vault', () => {
  const [first, second] = [ringKey('k1'), ringKey('k2')];
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

  it('are the same for the same key and text, and different for any other', () => {
    const token = new Secret('token');
    assert.equal(hex(new Vault([first]).tokenHash(token)), hex(new Vault([first]).tokenHash(token)));
    assert.notEqual(hex(new Vault([first]).tokenHash(token)), hex(new Vault([second]).tokenHash(token)));
    assert.notEqual(hex(new Vault([first]).tokenHash(token)), hex(new Vault([first]).tokenHash(new Secret('Token'))));
    assert.notEqual(new Vault([first]).subjectProofs('alice')[0], new Vault([first]).subjectProofs('bob')[0]);
  });

  it('come for every key of the ring, the first key’s first', () => {
    const rotated = new Vault([second, first]);
    const token = new Secret('token');
    assert.deepEqual(rotated.tokenHashes(token).map(hex), [
      hex(new Vault([second]).tokenHash(token)),
      hex(new Vault([first]).tokenHash(token)),
    ]);
    assert.equal(hex(rotated.tokenHash(token)), hex(new Vault([second]).tokenHash(token)));
    assert.deepEqual(rotated.subjectProofs('alice'), [
      ...new Vault([second]).subjectProofs('alice'),
      ...new Vault([first]).subjectProofs('alice'),
    ]);
  });

  it('have no value in common, so that none can be played for another', () => {
    const vault = new Vault([first]);
    const values = [
      hex(vault.tokenHash(new Secret('alice'))),
      Buffer.from(vault.subjectProofs('alice')[0]!, 'base64url').toString('hex'),
      ...[...vault.keyChecks().values()].map(hex),
      Buffer.from(first.key.reveal(), 'base64').toString('hex'),
    ];
    assert.equal(new Set(values).size, values.length);
  });
});
