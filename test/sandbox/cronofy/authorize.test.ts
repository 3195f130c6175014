import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT, OTHER_CLIENT, REDIRECT_URI, seeded, startForTest } from '../../support/sandbox/test-cronofy.ts';

const ADA = seeded(1);
const BEN = seeded(2);

describe('the consent page of the fake Cronofy', () => {
  it('says who asks for what, and lets a person choose, without a script', async () => {
    await using server = await startForTest();
    const { status, text, headers } = await server.browser().open({ provider_name: 'apple', locale: 'de' });
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^text\/html/);
    for (const said of [
      'Sandbox application',
      'read_events',
      'create_event',
      'See your events',
      'Ada Adams',
      'ada@example.com',
      'ben@example.com',
    ]) {
      assert.ok(text.includes(said), said);
    }
    assert.equal(/<script|javascript:|https?:\/\//i.test(text), false);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.equal([...text.matchAll(/ checked/g)].length, 1);
    assert.match(text, new RegExp(`value="${seeded(3).profileId}"\\s+checked`));
    const unasked = await server.browser().open();
    assert.match(unasked.text, new RegExp(`value="${ADA.profileId}"\\s+checked`));
  });

  it('shows what an application sends as text and not as markup', async () => {
    await using server = await startForTest();
    const { status, text } = await server.browser().open({ scope: '<b>x</b>' });
    assert.equal(status, 200);
    assert.ok(text.includes('&lt;b&gt;x&lt;/b&gt;') && !text.includes('<b>x'));
  });

  it('sends the browser back with a code and the state as it was', async () => {
    await using server = await startForTest();
    const state = 'ö &=?/+ 1';
    const location = await server.browser().decide({ profile_id: BEN.profileId, decision: 'allow' }, { state });
    assert.ok(location.href.startsWith(`${REDIRECT_URI}&code=`), 'the query of the redirect URI stays as it is');
    assert.deepEqual([...location.searchParams.keys()], ['tenant', 'code', 'state']);
    assert.equal(location.searchParams.get('state'), state);
    const without = await server.browser().decide({ profile_id: BEN.profileId, decision: 'allow' }, { state: '' });
    assert.equal(without.searchParams.has('state'), false);
  });

  it('sends the browser back with access_denied, and then there is no code', async () => {
    await using server = await startForTest();
    const location = await server.browser().decide({ profile_id: ADA.profileId, decision: 'deny' }, { state: 's' });
    assert.equal(location.href, `${REDIRECT_URI}&error=access_denied&state=s`);
    assert.deepEqual((await server.account(ADA.sub)).authorizations, []);
  });

  it('takes no answer that chooses nobody', async () => {
    await using server = await startForTest();
    const answers = [{ decision: 'allow' }, { decision: 'allow', profile_id: 'pro_x' }, { profile_id: ADA.profileId }];
    const { json } = await server.post('/v1/application_calendars', { application_calendar_id: 'room' });
    const { profile_id } = json.linking_profile;
    for (const fields of [...answers, { decision: 'allow', profile_id }]) {
      await assert.rejects(server.browser().decide(fields), /^Error: 400/);
    }
  });

  it('redirects nobody for an unknown client or to a redirect URI that is none', async () => {
    await using server = await startForTest();
    const odd: Record<string, string>[] = [
      { client_id: 'unknown' },
      { client_id: '' },
      { redirect_uri: '' },
      { redirect_uri: '/callback' },
      { redirect_uri: 'https://app.example.com/#there' },
      { redirect_uri: 'https://app.example.com/\r\nX-Evil: 1' },
      { redirect_uri: 'https://app.example.com/ä' },
    ];
    for (const parameters of odd) {
      const { status, headers, text } = await server.browser().open(parameters);
      assert.deepEqual([status, headers.get('location')], [400, null], JSON.stringify(parameters));
      assert.match(text, /<h1>/);
      await assert.rejects(server.browser().decide({ decision: 'deny' }, parameters), /^Error: 400/);
    }
    const twice = `redirect_uri=${encodeURIComponent(REDIRECT_URI)}&redirect_uri=https://evil.example`;
    const query = `client_id=${CLIENT.client_id}&response_type=code&scope=a&${twice}`;
    assert.equal((await server.send('GET', `/oauth/authorize?${query}`)).status, 400);
  });

  it('in production mode takes only redirect URIs that are registered, exactly', async () => {
    await using server = await startForTest({ app_mode: 'production', registered_redirect_uris: [REDIRECT_URI] });
    assert.equal((await server.browser().open()).status, 200);
    for (const redirect_uri of [
      `${REDIRECT_URI}&x=1`,
      'https://app.example.com/cronofy/callback',
      'https://a.example',
    ]) {
      assert.equal((await server.browser().open({ redirect_uri })).status, 400);
    }
    await server.set({ app_mode: 'development' });
    assert.equal((await server.browser().open({ redirect_uri: 'https://a.example' })).status, 200);
  });

  it('sends any other error back to the application', async () => {
    await using server = await startForTest();
    const errors: [Record<string, string>, string][] = [
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ response_type: '' }, 'invalid_request'],
      [{ scope: '' }, 'invalid_scope'],
      [{ scope: 'a  b' }, 'invalid_scope'],
      [{ link_token: 'unknown' }, 'invalid_request'],
    ];
    for (const [parameters, error] of errors) {
      const { status, headers } = await server.browser().open({ ...parameters, state: 's' });
      assert.deepEqual([status, headers.get('location')], [302, `${REDIRECT_URI}&error=${error}&state=s`]);
    }
    const query = new URLSearchParams({
      client_id: CLIENT.client_id,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
    });
    const repeated = await server.send('GET', `/oauth/authorize?${query.toString()}&scope=a&scope=b`);
    assert.equal(repeated.headers.get('location'), `${REDIRECT_URI}&error=invalid_request`);
  });
});

describe('a code of the fake Cronofy', () => {
  it('brings tokens, and says whose they are', async () => {
    await using server = await startForTest();
    const code = await server.browser().allow(2, { scope: 'read_events delete_event' });
    assert.match(code, /^[\x21-\x7e]{32}$/);
    const { status, json, headers } = await server.redeem(code, { refresh_token: 'stray', code_verifier: 'stray' });
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.deepEqual(json, {
      token_type: 'bearer',
      access_token: json.access_token,
      expires_in: 3600,
      refresh_token: json.refresh_token,
      scope: 'read_events delete_event',
      account_id: BEN.sub,
      sub: BEN.sub,
      linking_profile: {
        provider_name: 'office365',
        profile_id: BEN.profileId,
        profile_name: 'ben@example.com',
      },
    });
    assert.equal((await server.v1('/account', json.access_token)).json.account.account_id, BEN.sub);
    assert.equal((await server.refresh(json.refresh_token)).status, 200);
  });

  it('is good once, for its client and redirect URI, for ten minutes', async () => {
    await using server = await startForTest();
    const code = await server.browser().allow(1);
    const refused = [
      await server.redeem('unknown'),
      await server.redeem(code, OTHER_CLIENT),
      await server.redeem(code, { redirect_uri: 'https://app.example.com/cronofy/callback' }),
    ];
    for (const { status, text } of refused) assert.deepEqual([status, text], [400, '{"error":"invalid_grant"}']);
    assert.equal((await server.redeem(code, { redirect_uri: '' })).json.error, 'invalid_request');
    const { json } = await server.redeem(code);
    assert.equal((await server.redeem(code)).json.error, 'invalid_grant');
    assert.equal(await server.fateOf(ADA.sub, json.refresh_token), 'live');

    const [early, late] = [await server.browser().allow(2), await server.browser().allow(3)];
    await server.advance(590);
    assert.equal((await server.redeem(early)).status, 200);
    await server.advance(10);
    assert.equal((await server.redeem(late)).json.error, 'invalid_grant');
  });

  it('that comes twice ends what it gave where the setting says so', async () => {
    await using server = await startForTest({ on_code_reuse: 'revoke' });
    const code = await server.browser().allow(1);
    const { json } = await server.redeem(code);
    assert.equal((await server.redeem(code)).json.error, 'invalid_grant');
    assert.equal(await server.fateOf(ADA.sub, json.refresh_token), 'code_reused');
    assert.equal((await server.v1('/account', json.access_token)).status, 401);
  });

  it('is bound to its PKCE challenge only where the setting says so', async () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    // The pair is that of RFC 7636 appendix B.
    const hashed = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
    await using server = await startForTest();
    assert.equal((await server.redeem(await server.browser().allow(1, hashed))).status, 200);
    await server.set({ pkce: 'enforced' });
    for (const code_verifier of ['', 'wrong', hashed.code_challenge]) {
      const code = await server.browser().allow(1, hashed);
      assert.equal((await server.redeem(code, { code_verifier })).json.error, 'invalid_grant');
    }
    const code = await server.browser().allow(1, hashed);
    assert.equal((await server.redeem(code, { code_verifier: verifier })).status, 200);
    const plain = await server.browser().allow(1, { code_challenge: verifier });
    assert.equal((await server.redeem(plain, { code_verifier: verifier })).status, 200);
    assert.equal((await server.redeem(await server.browser().allow(1))).status, 200, 'no challenge, nothing to meet');
  });
});

describe('the account linking of the fake Cronofy', () => {
  it('makes one account of what one browser authorizes, with one refresh token', async () => {
    await using server = await startForTest({ rotation: 'always' });
    const browser = server.browser();
    const first = (await server.redeem(await browser.allow(1))).json;
    assert.match((await browser.open()).text, /linked to the account of ada@example.com/);
    const second = (await server.redeem(await browser.allow(2, { scope: 'read_free_busy' }))).json;
    assert.deepEqual([first.sub, second.sub], [ADA.sub, ADA.sub]);
    assert.equal(second.linking_profile.profile_id, BEN.profileId);
    assert.equal(second.refresh_token, first.refresh_token, 'whoever rotates it takes it from the other');
    assert.notEqual(second.access_token, first.access_token);
    const info = (await server.v1('/userinfo', first.access_token)).json['cronofy.data'];
    assert.deepEqual(
      info.profiles.map(({ profile_id }: any) => profile_id),
      [ADA.profileId, BEN.profileId],
    );
    assert.equal(info.authorization.scope, 'read_free_busy');
    assert.equal((await server.account(ADA.sub)).authorizations.length, 1);
    const elsewhere = (await server.redeem(await server.browser().allow(2))).json;
    assert.equal(elsewhere.sub, BEN.sub, 'another browser knows nothing of it');
  });

  it('gives a further consent a new refresh token where the setting says so, and the first loses its own', async () => {
    await using server = await startForTest({ reauthorization: 'new_token' });
    const browser = server.browser();
    const first = (await server.redeem(await browser.allow(1))).json;
    const second = (await server.redeem(await browser.allow(2))).json;
    assert.equal(second.sub, first.sub);
    assert.equal(await server.fateOf(ADA.sub, first.refresh_token), 'superseded');
    assert.equal((await server.refresh(first.refresh_token)).json.error, 'invalid_grant');
    assert.equal((await server.refresh(second.refresh_token)).status, 200);
  });

  it('is avoided by avoid_linking, also as Python writes it', async () => {
    await using server = await startForTest();
    const browser = server.browser();
    await browser.allow(1);
    const subOf = async (avoid_linking: string): Promise<string> =>
      (await server.redeem(await browser.allow(2, { avoid_linking }))).json.sub;
    assert.deepEqual([await subOf('true'), await subOf('True')], [BEN.sub, BEN.sub]);
    assert.deepEqual([await subOf('False'), await subOf('false'), await subOf('')], [ADA.sub, ADA.sub, ADA.sub]);
    assert.doesNotMatch((await browser.open({ avoid_linking: 'True' })).text, /is linked to/);
  });

  it('follows a link token, once, whatever the browser', async () => {
    await using server = await startForTest();
    const { access_token } = (await server.redeem(await server.browser().allow(1))).json;
    const { status, json } = await server.v1('/link_tokens', access_token, {});
    assert.equal(status, 200);
    const foreign = await server.browser().open({ ...json, client_id: OTHER_CLIENT.client_id });
    assert.match(foreign.headers.get('location') ?? '', /error=invalid_request/);
    const code = await server.browser().allow(2, { ...json, avoid_linking: 'true' });
    assert.equal((await server.redeem(code)).json.sub, ADA.sub);
    const again = await server.browser().open(json);
    assert.match(again.headers.get('location') ?? '', /error=invalid_request/);
  });
});
