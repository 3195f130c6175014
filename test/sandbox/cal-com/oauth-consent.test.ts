import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newVerifier, PUBLIC_CLIENT, REDIRECT_URI, startOAuthForTest } from '../../support/sandbox/cal-com-oauth.ts';
import { consent, locationOf, openConsent } from '../../support/sandbox/consent-form.ts';

const { challenge } = newVerifier();
const PKCE = { code_challenge: challenge, code_challenge_method: 'S256' };

describe("Cal.com's page for consent", () => {
  it('shows who asks for what, and the ordinary accounts alone', async () => {
    await using oauth = await startOAuthForTest();
    const answer = await fetch(oauth.pageUrl());
    assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/);
    const { html, accounts } = await openConsent(oauth.pageUrl());
    for (const text of [
      'Sandbox app wants to use your Cal.com account',
      '<li><span>See your profile</span> <code>PROFILE_READ</code></li>',
      '<li><span>See your bookings</span> <code>BOOKING_READ</code></li>',
      'lang="en"',
    ]) {
      assert.ok(html.includes(text), text);
    }
    assert.ok(!html.includes('<script'));
    assert.deepEqual(
      accounts.map(({ label, checked }) => [label, checked]),
      [
        ['Alma Account alma@example.org', true],
        ['Ben Booker ben@example.org', false],
        ['Olaf Otherowner other-owner@example.org', false],
        ['Otto Outsider outsider@example.org', false],
        ['Olga Owner owner@example.org', false],
      ],
    );
  });

  it('sends the browser back with a code and the state as it was, and keeps the query of the address', async () => {
    await using oauth = await startOAuthForTest();
    const state = `"'<script>&amp;é ${'x'.repeat(200)}`;
    const back = await consent(oauth.pageUrl({ state }));
    assert.equal(back.origin + back.pathname, 'http://localhost:3000/callback');
    assert.deepEqual([...back.searchParams.keys()], ['kept', 'code', 'state']);
    assert.equal(back.searchParams.get('state'), state);
    assert.match(back.searchParams.get('code') ?? '', /^[A-Za-z0-9_-]{54}$/);
    const { html } = await openConsent(oauth.pageUrl({ state }));
    assert.ok(!html.includes('<script>'));
  });

  it('says nothing of a state that there was not', async () => {
    await using oauth = await startOAuthForTest();
    assert.deepEqual([...(await consent(oauth.pageUrl({ state: '' }))).searchParams.keys()], ['kept', 'code']);
    const denied = await consent(oauth.pageUrl({ state: '' }), { decision: 'deny' });
    assert.deepEqual([...denied.searchParams.keys()], ['kept', 'error']);
  });

  it('sends back access_denied and the state when a person denies', async () => {
    await using oauth = await startOAuthForTest();
    const back = await consent(oauth.pageUrl({ state: 'mine' }), { decision: 'deny' });
    assert.deepEqual(Object.fromEntries(back.searchParams), { kept: '1', error: 'access_denied', state: 'mine' });
  });

  const dismissed: [what: string, parameters: Record<string, string>, status: number, reason: RegExp][] = [
    ['an unknown client', { client_id: 'nobody' }, 404, /unauthorized_client: client_not_found/],
    ['a client that manages users', { client_id: 'sandbox-cal-client' }, 404, /client_not_found/],
    ['no client', { client_id: '' }, 404, /client_not_found/],
    ['no redirect_uri', { redirect_uri: '' }, 400, /invalid_request: redirect_uri_mismatch/],
    ['a stranger’s redirect_uri', { redirect_uri: 'https://evil.example/' }, 400, /redirect_uri_mismatch/],
    ['one that only looks local', { redirect_uri: 'http://localhost:1@evil.example/' }, 400, /redirect_uri_mismatch/],
    ['one with a user name', { redirect_uri: 'http://me@localhost:3000/' }, 400, /redirect_uri_mismatch/],
    ['one of another scheme', { redirect_uri: 'https://localhost:3000/' }, 400, /redirect_uri_mismatch/],
    ['one with a fragment', { redirect_uri: 'http://localhost:3000/#x' }, 400, /redirect_uri_mismatch/],
    ['one that is none', { redirect_uri: 'javascript:alert(1)' }, 400, /redirect_uri_mismatch/],
  ];
  for (const [what, parameters, status, reason] of dismissed) {
    it(`redirects nobody for ${what}, were it smuggled into the form`, async () => {
      await using oauth = await startOAuthForTest();
      const page = await fetch(oauth.pageUrl(parameters), { redirect: 'manual' });
      assert.deepEqual([page.status, page.headers.get('location')], [status, null]);
      assert.match(await page.text(), reason);
      const { searchParams } = new URL(oauth.pageUrl(parameters));
      for (const decision of ['allow', 'deny']) {
        searchParams.set('decision', decision);
        searchParams.set('account', '202');
        const url = `${oauth.cal.url}/auth/oauth2/authorize`;
        const answer = await fetch(url, { method: 'POST', body: searchParams, redirect: 'manual' });
        assert.deepEqual([answer.status, answer.headers.get('location')], [status, null], decision);
      }
    });
  }

  const sentBack: [what: string, parameters: Record<string, string>, error: string, reason: string][] = [
    ['no scope', { scope: '' }, 'invalid_scope', 'scope_required'],
    ['an unknown scope', { scope: 'PROFILE_READ X' }, 'invalid_scope', 'scope_exceeds_client_registration'],
    ['no challenge from a public client', PUBLIC_CLIENT, 'invalid_request', 'pkce_required'],
    [
      'a plain challenge',
      { ...PUBLIC_CLIENT, ...PKCE, code_challenge_method: 'plain' },
      'invalid_request',
      'invalid_code_challenge_method',
    ],
    [
      'a challenge of no method from a confidential client',
      { code_challenge: challenge },
      'invalid_request',
      'invalid_code_challenge_method',
    ],
    ['a rejected client', { client_id: 'sandbox-cal-oauth-rejected' }, 'unauthorized_client', 'client_rejected'],
    [
      'a scope that a legacy client never had',
      { client_id: 'sandbox-cal-oauth-legacy', scope: 'NONSENSE' },
      'invalid_scope',
      'unknown_scope',
    ],
  ];
  for (const [what, parameters, error, reason] of sentBack) {
    it(`tells the client of ${what}, with the state, and lets no form past it`, async () => {
      await using oauth = await startOAuthForTest();
      const url = new URL(oauth.pageUrl({ state: 'mine', ...parameters }));
      const body = new URLSearchParams([...url.searchParams, ['account', '202'], ['decision', 'allow']]);
      for (const answer of [
        await fetch(url, { redirect: 'manual' }),
        await fetch(url.origin + url.pathname, { method: 'POST', body, redirect: 'manual' }),
      ]) {
        const told = { kept: '1', error, error_description: reason, state: 'mine' };
        assert.deepEqual(Object.fromEntries(locationOf(answer).searchParams), told);
      }
    });
  }

  it('lets a pending client work for its owner alone', async () => {
    await using oauth = await startOAuthForTest();
    const form = await openConsent(oauth.pageUrl({ client_id: 'sandbox-cal-oauth-pending' }));
    const others = await form.submit({ account: 'Alma' });
    assert.deepEqual([others.status, others.headers.get('location')], [401, null]);
    assert.match(await others.text(), /client_not_approved/);
    assert.ok(locationOf(await form.submit({ account: 'Otto' })).searchParams.has('code'));
  });

  it('takes scopes apart at spaces and commas, and none from a legacy client', async () => {
    await using oauth = await startOAuthForTest();
    const { html } = await openConsent(oauth.pageUrl({ scope: 'PROFILE_READ,BOOKING_READ' }));
    assert.ok(html.includes('<code>PROFILE_READ</code>') && html.includes('<code>BOOKING_READ</code>'));
    const legacy = { client_id: 'sandbox-cal-oauth-legacy', scope: '' };
    assert.ok((await consent(oauth.pageUrl(legacy))).searchParams.has('code'));
    const old = { ...legacy, scope: 'READ_BOOKING READ_PROFILE' };
    assert.ok((await consent(oauth.pageUrl(old))).searchParams.has('code'));
  });

  it('takes no form without a decision, nor for a managed user or nobody', async () => {
    await using oauth = await startOAuthForTest();
    const { user } = await oauth.cal.createUser('managed');
    const { searchParams } = new URL(oauth.pageUrl());
    for (const [account, decision] of [
      ['202', 'maybe'],
      ['202', ''],
      ['', 'allow'],
      ['9999', 'allow'],
      [String(user.id), 'allow'],
    ] as const) {
      searchParams.set('account', account);
      searchParams.set('decision', decision);
      const url = `${oauth.cal.url}/auth/oauth2/authorize`;
      const answer = await fetch(url, { method: 'POST', body: searchParams, redirect: 'manual' });
      assert.deepEqual([answer.status, answer.headers.get('location')], [400, null], `${account} ${decision}`);
    }
  });

  it('is no part of the API: no rate limit counts it, and the journal has no value of it', async () => {
    await using oauth = await startOAuthForTest({ rate_limit_per_minute: 1 });
    for (let turn = 0; turn < 3; turn++)
      await consent(oauth.pageUrl({ state: 'unheard-of', redirect_uri: REDIRECT_URI }));
    const { text, json } = await oauth.cal.control('GET', '/journal');
    assert.ok(!text.includes('unheard-of'));
    assert.deepEqual([json[1].path, json[1].status], ['/auth/oauth2/authorize', 303]);
  });
});
