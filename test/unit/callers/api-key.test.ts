import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';

import { type ApiKeyRecord, mintApiKey, readApiKeyId } from '../../../src/callers/api-key.ts';
import { UnauthenticatedError, createAuthenticator } from '../../../src/callers/authenticator.ts';
import { MemoryApiKeys } from '../../support/callers/memory-api-keys.ts';
import { NOW } from '../../support/callers/tokens.ts';

async function setUp(input: Parameters<typeof mintApiKey>[0] = { role: 'user', subject: 'bob' }) {
  const clock = { now: NOW };
  const apiKeys = new MemoryApiKeys();
  const { key, record } = mintApiKey(input, NOW);
  await apiKeys.add(record);
  const create = () => createAuthenticator({ apiKeys, now: () => clock.now });
  return { clock, apiKeys, record, key: key.reveal(), create, authenticator: create() };
}

describe('mintApiKey', () => {
  it('makes a key of the documented format, and a record that does not hold it', () => {
    const { key, record } = mintApiKey({ role: 'server', name: 'backend' }, NOW);
    assert.match(key.reveal(), new RegExp(`^evg_server_${record.id}_[A-Za-z0-9_-]{43}$`));
    assert.match(record.id, /^[a-z0-9]{8}$/);
    assert.equal(readApiKeyId(key.reveal()), record.id);
    assert.deepEqual(Buffer.from(record.hash), createHash('sha256').update(key.reveal()).digest());
    const random = key.reveal().slice(-43);
    assert.ok(!inspect({ key, record }, { depth: 9 }).includes(random));
    assert.ok(!JSON.stringify({ key, record }).includes(random));
  });

  it('never makes the same key or id twice', () => {
    const minted = Array.from({ length: 2000 }, () => mintApiKey({ role: 'admin' }, NOW));
    assert.equal(new Set(minted.map(({ key }) => key.reveal())).size, 2000);
    assert.equal(new Set(minted.map(({ record }) => record.id)).size, 2000);
  });

  it('wants a subject for a user, and none for the others', () => {
    assert.throws(() => mintApiKey({ role: 'user' }, NOW), /needs a subject/);
    assert.throws(() => mintApiKey({ role: 'server', subject: 'bob' }, NOW), RangeError);
    assert.throws(() => mintApiKey({ role: 'admin', email: 'bob@example.com' }, NOW), RangeError);
    for (const subject of ['', 'a\0b', 'a\nb', 'x'.repeat(256), '\ud800']) {
      assert.throws(() => mintApiKey({ role: 'user', subject }, NOW), /subject/);
    }
    assert.throws(() => mintApiKey({ role: 'user', subject: 'bob', email: 'bob' }, NOW), /email/);
    assert.throws(() => mintApiKey({ role: 'user', subject: 'bob', email: 'bob@example.com ' }, NOW), /spaces around/);
    const { record } = mintApiKey({ role: 'user', subject: 'bob', email: 'jörg@müller.de' }, NOW);
    assert.equal(record.email, 'jörg@müller.de');
  });
});

describe('API keys', () => {
  it('tell who is calling', async () => {
    const user = await setUp({ role: 'user', subject: 'bob', email: 'bob@example.com', name: 'Bob' });
    assert.deepEqual(await user.authenticator.authenticate({ apiKey: user.key }), {
      role: 'user',
      subject: 'bob',
      email: 'bob@example.com',
      name: 'Bob',
      via: 'api_key',
      keyId: user.record.id,
    });
    const server = await setUp({ role: 'server', name: 'backend' });
    assert.deepEqual(await server.authenticator.authenticate({ apiKey: server.key }), {
      role: 'server',
      via: 'api_key',
      keyId: server.record.id,
    });
  });

  it('are looked up once in 5 seconds', async () => {
    const { clock, apiKeys, key, authenticator } = await setUp();
    for (let tries = 0; tries < 100; tries += 1) await authenticator.authenticate({ apiKey: key });
    assert.equal(apiKeys.finds, 1);
    clock.now += 5_000;
    await authenticator.authenticate({ apiKey: key });
    assert.equal(apiKeys.finds, 2);
    clock.now -= 60_000;
    await authenticator.authenticate({ apiKey: key });
    assert.equal(apiKeys.finds, 3);
  });

  it('are refused at once where they were revoked, and within 5 seconds elsewhere', async () => {
    const { clock, apiKeys, key, record, create } = await setUp();
    const [here, elsewhere] = [create(), create()];
    await here.authenticate({ apiKey: key });
    await elsewhere.authenticate({ apiKey: key });
    await apiKeys.revoke(record.id, clock.now);
    here.forget(record.id);
    await assert.rejects(here.authenticate({ apiKey: key }), UnauthenticatedError);
    clock.now += 4_999;
    await elsewhere.authenticate({ apiKey: key });
    clock.now += 1;
    await assert.rejects(elsewhere.authenticate({ apiKey: key }), UnauthenticatedError);
  });

  it('are not remembered where a revocation overtakes the look-up', async () => {
    const { apiKeys, key, record, authenticator } = await setUp();
    let answer: (found: ApiKeyRecord) => void = () => undefined;
    apiKeys.find = () => new Promise((resolve) => (answer = resolve));
    const before = authenticator.authenticate({ apiKey: key });
    await apiKeys.revoke(record.id, NOW);
    authenticator.forget(record.id);
    answer(record);
    await before;
    apiKeys.find = (id) => Promise.resolve(apiKeys.records.get(id));
    await assert.rejects(authenticator.authenticate({ apiKey: key }), UnauthenticatedError);
  });

  it('are refused alike whatever is wrong with them, and quickly', async () => {
    const { key, record, authenticator } = await setUp();
    await authenticator.authenticate({ apiKey: key });
    const last = key.endsWith('A') ? 'B' : 'A';
    const wrong = {
      'one letter changed': key.slice(0, -1) + last,
      'another role': key.replace('evg_user_', 'evg_admin_'),
      'unknown id': key.replace(record.id, 'zzzzzzzz'),
      shorter: key.slice(0, -1),
      longer: `${key}A`,
      'prefix only': 'evg_',
      'NUL inside': key.replace('_', '_\0'),
      'not ASCII': key.slice(0, -1) + 'é',
      'line break at the end': `${key}\n`,
      'a megabyte': key + 'A'.repeat(1024 * 1024),
      'a megabyte of underscores': `evg_${'_'.repeat(1024 * 1024)}`,
      'an id from a prototype': 'evg_user___proto___' + 'A'.repeat(43),
      empty: ' ',
    };
    const seen = new Set<string>();
    for (const [what, apiKey] of Object.entries(wrong)) {
      const started = performance.now();
      await assert.rejects(
        authenticator.authenticate({ apiKey }),
        (error) => {
          assert.ok(error instanceof UnauthenticatedError);
          seen.add(JSON.stringify([error.code, error.message, error.challenge]));
          return true;
        },
        what,
      );
      assert.ok(performance.now() - started < 1_000, what);
    }
    assert.equal(seen.size, 1);
  });

  it('are refused where the stored row is damaged', async () => {
    const { apiKeys, key, record, authenticator } = await setUp();
    for (const hash of [new Uint8Array(0), new Uint8Array(32), record.hash.slice(0, 31)]) {
      await apiKeys.add({ ...record, hash });
      await assert.rejects(authenticator.authenticate({ apiKey: key }), UnauthenticatedError);
    }
    const { id, role, hash, createdAt } = record;
    await apiKeys.add({ id, role, hash, createdAt });
    await assert.rejects(authenticator.authenticate({ apiKey: key }), UnauthenticatedError);
  });

  it("pass on the store's own error, which is no fault of the caller", async () => {
    const { apiKeys, key, authenticator } = await setUp();
    apiKeys.find = () => Promise.reject(new Error('database is locked'));
    await assert.rejects(authenticator.authenticate({ apiKey: key }), /database is locked/);
  });

  it('do not let memory grow with unknown keys, nor push out known ones', async () => {
    const { apiKeys, key, authenticator } = await setUp();
    await authenticator.authenticate({ apiKey: key });
    for (let tries = 0; tries < 12_000; tries += 1) {
      const unknown = `evg_user_${tries.toString(36).padStart(8, '0')}_${'A'.repeat(43)}`;
      await authenticator.authenticate({ apiKey: unknown }).catch(() => undefined);
    }
    const finds = apiKeys.finds;
    await authenticator.authenticate({ apiKey: key });
    assert.equal(apiKeys.finds, finds);
  });
});
