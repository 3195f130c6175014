import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOAuth2 } from '../../../src/sandbox/index.ts';
import { startForTest, type TestOAuth2 } from '../../support/sandbox/test-oauth-2.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-sandbox-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

describe('the state file', () => {
  it('keeps everything across a restart, and is not taken for another sandbox', async (t) => {
    const stateFile = join(temporaryFolder(t), 'state.json');
    const first = await startForTest({ on_reuse: 'revoke_family', refresh_ttl_seconds: 1000 }, { stateFile });
    const alice = await first.link({ sub: 'alice' });
    const bob = await first.link();
    const { json } = await first.refresh(alice.refresh_token);
    await first.post('/revoke', { token: bob.refresh_token });
    await first.advance(100);
    const before = (await first.control('GET', '/state')).json;
    await first.close();

    await using again = await startForTest({}, { stateFile });
    const after = (await again.control('GET', '/state')).json;
    assert.deepEqual({ ...after, now: '' }, { ...before, now: '' });
    assert.equal((await again.control('GET', '/settings')).json.on_reuse, 'revoke_family');
    assert.equal((await again.userinfo(json.access_token)).status, 200);
    assert.equal((await again.refresh(alice.refresh_token)).status, 400, 'a spent token stays spent');
    assert.equal(await again.fateOf('alice', json.refresh_token), 'reused_family_revoked');
    assert.equal((await again.link()).sub, 'account-2', 'names are never given twice');

    writeFileSync(stateFile, JSON.stringify({ sandbox: 'cal-com', version: 1 }));
    await assert.rejects(startOAuth2({ port: 0, stateFile }), (error: Error) => error.message.includes(stateFile));
  });

  type Tokens = Record<'spent' | 'live' | 'access', string>;
  const changes: [what: string, change: (server: TestOAuth2, tokens: Tokens) => Promise<unknown>][] = [
    ['a new account', (server) => server.link()],
    ['a refresh', (server, { live }) => server.refresh(live)],
    ['an access token that was revoked', (server, { access }) => server.post('/revoke', { token: access })],
    ['a family that was revoked', (server, { live }) => server.post('/revoke', { token: live })],
    ['an attempt to reuse', (server, { spent }) => server.refresh(spent)],
  ];
  for (const [what, change] of changes) {
    it(`keeps ${what}, were it the last that happened`, async (t) => {
      const stateFile = join(temporaryFolder(t), 'state.json');
      const first = await startForTest({}, { stateFile });
      const alice = await first.link({ sub: 'alice' });
      const { json } = await first.refresh(alice.refresh_token);
      const before = (await first.control('GET', '/state')).json.accounts;
      await change(first, { spent: alice.refresh_token, live: json.refresh_token, access: json.access_token });
      const told = (await first.control('GET', '/state')).json.accounts;
      assert.notDeepEqual(told, before);
      await first.close();
      await using again = await startForTest({}, { stateFile });
      assert.deepEqual((await again.control('GET', '/state')).json.accounts, told);
    });
  }

  it('is not written for a request that waited when the sandbox closed', async (t) => {
    const stateFile = join(temporaryFolder(t), 'state.json');
    const server = await startForTest({}, { stateFile });
    const { refresh_token } = await server.link();
    await server.set({ latency_before_ms: 500 });
    const pending = assert.rejects(server.refresh(refresh_token));
    await sleep(50);
    await server.close();
    await pending;
    const left = readFileSync(stateFile, 'utf8');
    await sleep(700);
    assert.equal(readFileSync(stateFile, 'utf8'), left, 'by now the file may be that of another sandbox');
  });
});
