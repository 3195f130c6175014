import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { startCronofy } from '../../../src/sandbox/index.ts';
import { CLIENT, seeded, startForTest, type TestCronofy } from '../../support/sandbox/test-cronofy.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-sandbox-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

describe('the control API of the fake Cronofy', () => {
  it('has people consent without a browser', async () => {
    await using server = await startForTest();
    const { status, json } = await server.control('POST', '/accounts', { count: 3 });
    assert.equal(status, 201);
    assert.equal(new Set(json.map(({ sub }: any) => sub)).size, 3);
    for (const { sub, access_token } of json) {
      assert.match(sub, /^acc_[0-9a-f]{24}$/);
      assert.equal((await server.v1('/account', access_token)).json.sub, sub);
    }
    const named = await server.link({ sub: `acc_${'a'.repeat(24)}`, email: 'n@example.org', scope: 'read_events' });
    assert.equal(named.email, 'n@example.org');
    assert.equal((await server.account(named.sub)).authorizations[0].scope, 'read_events');
    const again = await server.link({ sub: named.sub });
    assert.equal(again.refresh_token, named.refresh_token);
    for (const wrong of [{ sub: 'alice' }, { count: 0 }, { client_id: 'x' }, { sub: named.sub, email: 'other' }]) {
      assert.equal((await server.control('POST', '/accounts', wrong)).status, 400);
    }
    assert.equal((await server.control('GET', '/accounts/unknown')).status, 404);
    assert.match((await server.control('GET', '/unknown')).json.message, /POST accounts/);
  });

  it('expires and purges what is chosen', async () => {
    await using server = await startForTest();
    const [alice, bob] = [await server.link(), await server.link()];
    assert.deepEqual((await server.control('POST', '/tokens/expire', { sub: alice.sub })).json, { expired: 1 });
    assert.equal(await server.fateOf(alice.sub, alice.access_token), 'expired');
    assert.equal(await server.fateOf(alice.sub, alice.refresh_token), 'live');
    await server.control('POST', '/tokens/expire', { refresh_token: alice.refresh_token });
    assert.equal((await server.refresh(alice.refresh_token)).json.error, 'invalid_grant');
    assert.deepEqual((await server.control('POST', '/tokens/purge', { all: true, kind: 'both' })).json, { purged: 4 });
    assert.equal(await server.fateOf(bob.sub, bob.refresh_token), 'purged');
    assert.equal((await server.refresh(bob.refresh_token)).json.error, 'invalid_grant');
    assert.equal((await server.link({ sub: bob.sub })).refresh_token === bob.refresh_token, false);
  });

  it('tells all, and begins anew', async () => {
    await using server = await startForTest();
    const before = (await server.control('GET', '/state')).json;
    assert.deepEqual(
      before.accounts.map(({ sub, email }: any) => [sub, email]),
      [
        [seeded(1).sub, 'ada@example.com'],
        [seeded(2).sub, 'ben@example.com'],
        [seeded(3).sub, 'cleo@example.com'],
        [seeded(4).sub, 'dora@example.com'],
      ],
    );
    assert.equal(before.clients[0].client_id, CLIENT.client_id);
    await server.link();
    await server.set({ rotation: 'always' });
    await server.control('POST', `/clients/${CLIENT.client_id}/reissue`, {});
    assert.equal((await server.control('POST', '/clients/unknown/reissue', {})).status, 400);
    await server.control('POST', '/reset');
    const after = (await server.control('GET', '/state')).json;
    assert.deepEqual({ ...after, now: '' }, { ...before, now: '' });
    assert.equal((await server.control('GET', '/settings')).json.rotation, 'every:3');
    const { status } = await server.post('/v1/application_calendars', { application_calendar_id: 'a' });
    assert.equal(status, 200, 'the first secret is good again');
  });

  it('lets faults strike, and writes down what came without any value', async () => {
    await using server = await startForTest({ rotation: 'always' });
    const { sub, refresh_token } = await server.link();
    await server.control('POST', '/faults', { match: { path: '/oauth/token' }, fault: { drop_reply: true } });
    await assert.rejects(server.refresh(refresh_token));
    assert.equal(await server.fateOf(sub, refresh_token), 'rotated', 'the work was done');
    const journal = await server.control('GET', '/journal');
    const { method, path, body_fields } = journal.json.at(-1);
    assert.deepEqual([method, path], ['POST', '/oauth/token']);
    assert.deepEqual(body_fields, ['client_id', 'client_secret', 'grant_type', 'refresh_token']);
    assert.equal(journal.text.includes(refresh_token), false);
  });

  it('refuses settings it does not have', async () => {
    await using server = await startForTest();
    const wrong = [
      { rotation: 'sometimes' },
      { access_ttl_seconds: 0 },
      { access_ttl_seconds: 2_147_483_648 },
      { revoke_without_token: true },
      { unknown: 1 },
    ];
    for (const settings of wrong) assert.equal((await server.control('PUT', '/settings', settings)).status, 400);
  });
});

describe('the state file of the fake Cronofy', () => {
  it('keeps everything across a restart, and is not taken for another sandbox', async (t) => {
    const stateFile = join(temporaryFolder(t), 'state.json');
    const first = await startForTest({ rotation: 'always' }, { stateFile });
    const browser = first.browser();
    const open = await browser.allow(1);
    const spent = await browser.allow(2);
    const { json } = await first.redeem(spent);
    const room = (await first.post('/v1/application_calendars', { application_calendar_id: 'room' })).json;
    const linkToken = (await first.v1('/link_tokens', json.access_token, {})).json;
    await first.v1('/element_tokens', CLIENT.client_secret, {
      version: '1',
      permissions: ['agenda'],
      origin: 'https://a.example',
    });
    const { json: refreshed } = await first.refresh(json.refresh_token);
    await first.control('PUT', `/profiles/${seeded(3).profileId}`, { connected: false });
    await first.control('POST', '/tokens/rotate', { all: true });
    await first.advance(100);
    const before = (await first.control('GET', '/state')).json;
    await first.close();

    await using again = await startForTest({ rotation: 'never' }, { stateFile });
    const after = (await again.control('GET', '/state')).json;
    assert.deepEqual({ ...after, now: '' }, { ...before, now: '' });
    assert.equal((await again.redeem(spent)).json.error, 'invalid_grant');
    assert.equal((await again.refresh(json.refresh_token)).json.error, 'invalid_grant');
    const rotated = (await again.refresh(refreshed.refresh_token)).json;
    assert.notEqual(rotated.refresh_token, refreshed.refresh_token, 'what was commanded is not forgotten');
    assert.equal((await again.redeem(open)).status, 200);
    const same = await again.post('/v1/application_calendars', { application_calendar_id: 'room' });
    assert.equal(same.json.sub, room.sub);
    assert.equal((await again.redeem(await again.browser().allow(4, linkToken))).json.sub, json.sub);

    writeFileSync(stateFile, JSON.stringify({ sandbox: 'oauth-2', version: 1 }));
    await assert.rejects(startCronofy({ port: 0, stateFile }), (error: Error) => error.message.includes(stateFile));
  });

  type Tokens = Record<'spent' | 'live', string>;
  const changes: [what: string, change: (server: TestCronofy, tokens: Tokens) => Promise<unknown>][] = [
    ['a refresh', (server, { live }) => server.refresh(live)],
    ['an attempt to reuse', (server, { spent }) => server.refresh(spent)],
    ['a revocation', (server, { live }) => server.post('/oauth/token/revoke', { token: live })],
    ['a linked profile', (server) => server.browser().allow(3, {})],
    ['an application calendar', (server) => server.post('/v1/application_calendars', { application_calendar_id: 'a' })],
  ];
  for (const [what, change] of changes) {
    it(`keeps ${what}, were it the last that happened`, async (t) => {
      const stateFile = join(temporaryFolder(t), 'state.json');
      const first = await startForTest({ rotation: 'always' }, { stateFile });
      await first.control('PUT', `/profiles/${seeded(3).profileId}`, { connected: false });
      const { refresh_token } = await first.link();
      const { json } = await first.refresh(refresh_token);
      const before = (await first.control('GET', '/state')).json.accounts;
      await change(first, { spent: refresh_token, live: json.refresh_token });
      const told = (await first.control('GET', '/state')).json.accounts;
      assert.notDeepEqual(told, before);
      await first.close();
      await using again = await startForTest({}, { stateFile });
      assert.deepEqual((await again.control('GET', '/state')).json.accounts, told);
    });
  }
});
