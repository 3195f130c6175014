import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  CLIENT,
  LEGACY_CLIENT,
  newVerifier,
  PUBLIC_CLIENT,
  REDIRECT_URI,
  startOAuthForTest,
  type TestCalOAuth,
} from '../../support/sandbox/cal-com-oauth.ts';
import type { Answer } from '../../support/sandbox/test-cal-com.ts';

function isDead(answer: Answer, description: string): void {
  assert.equal(answer.status, 400, answer.text);
  assert.deepEqual(answer.json, { error: 'invalid_grant', error_description: description });
}

describe('a refresh of OAuth tokens', () => {
  it('gives new tokens with the same scope and leaves the old ones good, in most versions', async () => {
    await using oauth = await startOAuthForTest();
    const first = await oauth.link();
    const { status, json: second } = await oauth.refresh(first.refresh_token);
    assert.deepEqual([status, second.scope, second.expires_in], [200, first.scope, 1800]);
    assert.equal(new Set([first, second].flatMap((one) => [one.access_token, one.refresh_token])).size, 4);
    assert.equal((await oauth.refresh(first.refresh_token)).status, 200, 'the old refresh token works again');
    assert.equal((await oauth.cal.call('GET', '/v2/me', { bearer: first.access_token })).status, 200);
  });

  it('ends all refresh tokens of the user and client, in the version that rotates', async () => {
    await using oauth = await startOAuthForTest({ oauth_rotation: 'single_use' });
    const [mine, alsoMine] = [await oauth.link(), await oauth.link()];
    const bens = await oauth.link({}, { account: 'Ben' });
    const { json: next } = await oauth.refresh(mine.refresh_token);
    isDead(await oauth.refresh(mine.refresh_token), 'refresh_token_revoked');
    isDead(await oauth.refresh(alsoMine.refresh_token), 'refresh_token_revoked');
    assert.equal((await oauth.refresh(bens.refresh_token)).status, 200);
    assert.equal((await oauth.refresh(next.refresh_token)).status, 200, 'reuse revokes nothing more');
    assert.equal((await oauth.cal.call('GET', '/v2/me', { bearer: mine.access_token })).status, 200);
    const fates = [mine, alsoMine].map(({ refresh_token }) => oauth.cal.statusOf(refresh_token));
    assert.deepEqual(await Promise.all(fates), ['used', 'deleted']);
  });

  it('takes no token that is unknown, an access token, of another client, purged or expired', async () => {
    await using oauth = await startOAuthForTest();
    const { access_token, refresh_token } = await oauth.link();
    isDead(await oauth.refresh('x'), 'invalid_refresh_token');
    isDead(await oauth.refresh(access_token), 'invalid_refresh_token');
    const stranger = { ...LEGACY_CLIENT, grant_type: 'refresh_token', refresh_token };
    isDead(await oauth.token(stranger), 'client_id_mismatch');
    const managed = await oauth.cal.createUser('managed');
    isDead(await oauth.refresh(managed.refreshToken), 'invalid_refresh_token');
    const wrongSecret = await oauth.token({
      ...CLIENT,
      client_secret: 'x',
      grant_type: 'refresh_token',
      refresh_token: 'x',
    });
    assert.deepEqual([wrongSecret.status, wrongSecret.json.error], [401, 'invalid_client'], 'the secret goes first');
    await oauth.cal.control('POST', '/clock', { advance_seconds: 2_592_000 - 60 });
    const late = await oauth.refresh(refresh_token);
    assert.equal(late.status, 200);
    await oauth.cal.control('POST', '/clock', { advance_seconds: 60 });
    isDead(await oauth.refresh(refresh_token), 'invalid_refresh_token');
    await oauth.cal.control('POST', '/tokens/purge', { refresh_token: late.json.refresh_token });
    isDead(await oauth.refresh(late.json.refresh_token), 'invalid_refresh_token');
  });

  it('never mixes with the refresh of managed users', async () => {
    await using oauth = await startOAuthForTest();
    const { refresh_token } = await oauth.link();
    const answer = await oauth.cal.refresh(refresh_token);
    assert.deepEqual([answer.status, answer.json.error.message], [400, 'Invalid refresh token']);
  });

  it('gives the same text twice in one second, as Cal.com does, when tokens are not distinct', async () => {
    await using oauth = await startOAuthForTest({ oauth_distinct_tokens: false });
    const { refresh_token } = await oauth.link();
    let answers: any[];
    do {
      answers = [];
      for (let turn = 0; turn < 2; turn++) answers.push((await oauth.refresh(refresh_token)).json);
    } while (iatOf(answers[0].access_token) !== iatOf(answers[1].access_token));
    assert.deepEqual(answers[0], answers[1]);
    assert.equal(await oauth.cal.statusOf(answers[0].access_token), 'live');
    assert.equal((await oauth.refresh(answers[1].refresh_token)).status, 200);
  });
});

function iatOf(token: string): number {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).iat;
}

describe('the oracle', () => {
  it('tells OAuth tokens among all others, and their clients', async () => {
    await using oauth = await startOAuthForTest({ oauth_rotation: 'single_use' });
    const first = await oauth.link();
    const { json: second } = await oauth.refresh(first.refresh_token);
    await oauth.cal.control('POST', '/tokens/expire', { access_token: first.access_token });
    const { json } = await oauth.cal.control('GET', '/state');
    const fields = 'token kind user_id client_id status issued_by family issued_at expires_at scopes'.split(' ');
    assert.deepEqual(Object.keys(json.tokens[0]), fields);
    const [{ family }] = json.tokens;
    assert.deepEqual(
      json.tokens.map((one: any) => [one.token, one.kind, one.status, one.issued_by, one.family, one.user_id]),
      [
        [first.access_token, 'access', 'expired', 'consent', family, 202],
        [first.refresh_token, 'refresh', 'used', 'consent', family, 202],
        [second.access_token, 'access', 'live', 'refresh', family, 202],
        [second.refresh_token, 'refresh', 'live', 'refresh', family, 202],
      ],
    );
    assert.deepEqual(
      json.oauth_clients.map((one: any) => [one.client_id, one.public, one.status]),
      [
        ['sandbox-cal-oauth-client', false, 'approved'],
        ['sandbox-cal-oauth-public', true, 'approved'],
        ['sandbox-cal-oauth-legacy', false, 'approved'],
        ['sandbox-cal-oauth-pending', false, 'pending'],
        ['sandbox-cal-oauth-rejected', false, 'rejected'],
      ],
    );
    assert.ok(!JSON.stringify(json).includes('-secret'));
  });

  it('lets tokens expire and vanish by account', async () => {
    await using oauth = await startOAuthForTest();
    const { access_token, refresh_token } = await oauth.link();
    const expired = await oauth.cal.control('POST', '/tokens/expire', { user_id: 202 });
    assert.deepEqual(expired.json, { expired: 1 });
    assert.equal((await oauth.cal.call('GET', '/v2/me', { bearer: access_token })).status, 401);
    const purged = await oauth.cal.control('POST', '/tokens/purge', { user_id: 202, kind: 'both' });
    assert.deepEqual(purged.json, { purged: 2 });
    isDead(await oauth.refresh(refresh_token), 'invalid_refresh_token');
  });
});

describe('the state file', () => {
  it('keeps codes and OAuth tokens across a restart, and codes that are gone', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'evergrant-sandbox-'));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    const stateFile = join(folder, 'state.json');
    const first = await startOAuthForTest({ oauth_rotation: 'single_use' }, { stateFile });
    const { access_token, refresh_token } = await first.link();
    const { json } = await first.refresh(refresh_token);
    const [spent, kept] = [await first.code(), await first.code()];
    await first.exchange(spent);
    const { verifier, challenge } = newVerifier();
    const inVain = await first.code({ ...PUBLIC_CLIENT, code_challenge: challenge, code_challenge_method: 'S256' });
    const present = (oauth: TestCalOAuth, code_verifier: string) =>
      oauth.token({
        ...PUBLIC_CLIENT,
        grant_type: 'authorization_code',
        code: inVain,
        redirect_uri: REDIRECT_URI,
        code_verifier,
      });
    isDead(await present(first, newVerifier().verifier), 'pkce_verification_failed');
    await first.cal.close();
    await using again = await startOAuthForTest({}, { stateFile });
    assert.equal((await again.cal.call('GET', '/v2/me', { bearer: access_token })).status, 200);
    isDead(await again.refresh(refresh_token), 'refresh_token_revoked');
    assert.equal((await again.refresh(json.refresh_token)).status, 200);
    isDead(await again.exchange(spent), 'code_invalid_or_expired');
    isDead(await present(again, verifier), 'code_invalid_or_expired');
    assert.equal((await again.exchange(kept)).status, 200);
  });

  it('of a time before there was OAuth has the clients of the start', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'evergrant-sandbox-'));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    const stateFile = join(folder, 'state.json');
    const first = await startOAuthForTest({}, { stateFile });
    await first.cal.close();
    const { state, ...saved } = JSON.parse(readFileSync(stateFile, 'utf8'));
    delete state.oauth;
    writeFileSync(stateFile, JSON.stringify({ ...saved, state }));
    await using again = await startOAuthForTest({}, { stateFile });
    assert.equal((await again.link()).token_type, 'bearer');
  });
});
