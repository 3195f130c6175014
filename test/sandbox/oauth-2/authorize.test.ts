import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { consent, locationOf, openConsent } from '../../support/sandbox/consent-form.ts';
import { codeOf, consented, exchange, newPkce, pageUrl } from '../../support/sandbox/oauth-2-consent.ts';
import { PUBLIC_CLIENT, startForTest } from '../../support/sandbox/test-oauth-2.ts';

const told = (url: URL) => Object.fromEntries(url.searchParams);

describe('the page for consent', () => {
  it('offers the accounts that there are, and two people who get one by it', async () => {
    await using server = await startForTest();
    await server.link({ sub: 'carol', email: 'carol@example.org' });
    const form = await openConsent(pageUrl(server, { scope: 'calendar.read other' }));
    assert.deepEqual(
      form.accounts.map(({ label, checked }) => [label, checked]),
      [
        ['carol carol@example.org', true],
        ['alice alice@example.com', false],
        ['bob bob@example.com', false],
      ],
    );
    assert.ok(form.html.includes('Sandbox client wants to use your account'));
    assert.match(form.html, /<li><code>calendar\.read<\/code><\/li>\s*<li><code>other<\/code><\/li>/);
    assert.ok(!form.html.includes('<script'));
    const code = locationOf(await form.submit({ account: 'bob' })).searchParams.get('code') ?? '';
    const { access_token, scope } = (await exchange(server, code)).json;
    assert.equal(scope, 'calendar.read other');
    assert.equal((await server.userinfo(access_token)).json.email, 'bob@example.com');
    assert.equal((await server.account('bob')).families.length, 1);
  });

  it('gives a code, the state as it was and the issuer, and keeps the query of the address', async () => {
    await using server = await startForTest();
    const state = `"'<script>&amp;é`;
    const back = await consent(pageUrl(server, { state }));
    assert.equal(back.origin + back.pathname, 'http://127.0.0.1:4000/callback');
    assert.deepEqual([...back.searchParams.keys()], ['kept', 'code', 'state', 'iss']);
    assert.deepEqual([back.searchParams.get('state'), back.searchParams.get('iss')], [state, server.url]);
    await server.set({ iss_in_redirect: false });
    assert.deepEqual(Object.keys(told(await consent(pageUrl(server, { state: '' })))), ['kept', 'code']);
  });

  it('tells the client when a person denies', async () => {
    await using server = await startForTest();
    assert.deepEqual(told(await consent(pageUrl(server), { decision: 'deny' })), {
      kept: '1',
      error: 'access_denied',
      error_description: 'The account owner denied it.',
      state: 's1',
      iss: server.url,
    });
    assert.deepEqual((await server.control('GET', '/state')).json.accounts, []);
  });

  const dismissed: [what: string, change: (search: URLSearchParams) => void][] = [
    [
      'an unknown client',
      (search) => {
        search.set('client_id', 'nobody');
      },
    ],
    [
      'two clients',
      (search) => {
        search.append('client_id', PUBLIC_CLIENT);
      },
    ],
    [
      'no redirect_uri',
      (search) => {
        search.delete('redirect_uri');
      },
    ],
    [
      'two redirect_uris',
      (search) => {
        search.append('redirect_uri', 'http://127.0.0.1:4000/other');
      },
    ],
    [
      'a stranger’s redirect_uri',
      (search) => {
        search.set('redirect_uri', 'https://evil.example/');
      },
    ],
    [
      'one that only looks local',
      (search) => {
        search.set('redirect_uri', 'http://127.0.0.1:1@evil.example/');
      },
    ],
    [
      'one with a fragment',
      (search) => {
        search.set('redirect_uri', 'http://127.0.0.1:4000/#x');
      },
    ],
  ];
  for (const [what, change] of dismissed) {
    it(`redirects nobody for ${what}, neither from the page nor from the form`, async () => {
      await using server = await startForTest();
      const url = new URL(pageUrl(server));
      change(url.searchParams);
      const fields = new URLSearchParams([...url.searchParams, ['account', 'alice'], ['decision', 'allow']]);
      for (const answer of [
        await fetch(url, { redirect: 'manual' }),
        await fetch(`${server.url}/authorize`, { method: 'POST', body: fields, redirect: 'manual' }),
      ]) {
        assert.deepEqual([answer.status, answer.headers.get('location')], [400, null]);
        assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
      }
    });
  }

  const CHALLENGE = 'x'.repeat(43);
  const sentBack: [what: string, settings: object, parameters: Record<string, string>, error: string][] = [
    ['no response_type', {}, { response_type: '' }, 'invalid_request'],
    ['another response_type', {}, { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown scope', { known_scopes: 'a b' }, { scope: 'a c' }, 'invalid_scope'],
    ['no challenge where there must be one', { pkce: 'required' }, {}, 'invalid_request'],
    ['a challenge of no method', {}, { code_challenge: CHALLENGE }, 'invalid_request'],
    ['a challenge that is none', {}, { code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request'],
    ['a plain challenge', {}, { code_challenge: CHALLENGE, code_challenge_method: 'plain' }, 'invalid_request'],
  ];
  for (const [what, settings, parameters, error] of sentBack) {
    it(`tells the client of ${what}, with state and issuer, and not the form either`, async () => {
      await using server = await startForTest(settings);
      const url = new URL(pageUrl(server, parameters));
      const fields = new URLSearchParams([...url.searchParams, ['account', 'alice'], ['decision', 'allow']]);
      for (const answer of [
        await fetch(url, { redirect: 'manual' }),
        await fetch(`${server.url}/authorize`, { method: 'POST', body: fields, redirect: 'manual' }),
      ]) {
        const { error_description, ...rest } = told(locationOf(answer));
        assert.deepEqual(rest, { kept: '1', error, state: 's1', iss: server.url });
        assert.equal(typeof error_description, 'string');
      }
    });
  }

  it('refuses a parameter that is given twice, at the redirect URI', async () => {
    await using server = await startForTest();
    const back = locationOf(await fetch(`${pageUrl(server)}&scope=a&scope=b`, { redirect: 'manual' }));
    assert.equal(back.searchParams.get('error'), 'invalid_request');
  });

  it('takes no form without a decision or an account', async () => {
    await using server = await startForTest();
    const url = new URL(pageUrl(server));
    for (const more of [[['account', 'alice']], [['decision', 'allow']]]) {
      const body = new URLSearchParams([...url.searchParams, ...more.map(([a = '', b = '']) => [a, b])]);
      const answer = await fetch(`${server.url}/authorize`, { method: 'POST', body, redirect: 'manual' });
      assert.deepEqual([answer.status, answer.headers.get('location')], [400, null]);
    }
  });

  it('grants what granted_scopes lets through, and the usual scope where none was asked for', async () => {
    await using server = await startForTest();
    assert.equal((await consented(server)).scope, 'openid email profile offline_access');
    await server.set({ granted_scopes: 'a c' });
    const { scope, refresh_token } = await consented(server, { scope: 'a b c' });
    assert.equal(scope, 'a c');
    assert.equal((await server.refresh(refresh_token)).json.scope, 'a c');
  });
});

describe('PKCE', () => {
  const pkces = ['required', 'optional', 'ignored'] as const;
  for (const pkce of pkces) {
    it(`${pkce} treats the verifier accordingly`, async () => {
      await using server = await startForTest({ pkce });
      const { verifier, asked } = newPkce();
      const status = async (parameters: Record<string, string>, fields: Record<string, string>) =>
        (await exchange(server, await codeOf(server, parameters), fields)).json.error ?? 'taken';
      const strict = pkce !== 'ignored';
      assert.equal(await status(asked, { code_verifier: verifier }), 'taken');
      const wrong = newPkce().verifier;
      assert.equal(await status(asked, { code_verifier: wrong }), strict ? 'invalid_grant' : 'taken');
      assert.equal(await status(asked, {}), strict ? 'invalid_request' : 'taken');
      if (pkce === 'required') return;
      assert.equal(await status({}, {}), 'taken');
      assert.equal(await status({}, { code_verifier: verifier }), strict ? 'invalid_grant' : 'taken');
    });
  }

  it('takes no verifier that is too short, were it the one', async () => {
    await using server = await startForTest();
    const { createHash } = await import('node:crypto');
    const short = 'x'.repeat(42);
    const code_challenge = createHash('sha256').update(short).digest('base64url');
    const code = await codeOf(server, { code_challenge, code_challenge_method: 'S256' });
    assert.equal((await exchange(server, code, { code_verifier: short })).json.error, 'invalid_grant');
  });
});
