// The libraries mark as deprecated what is for local servers only, or better not needed at all.
/* eslint-disable @typescript-eslint/no-deprecated */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as oauth from 'oauth4webapi';
import {
  CLIENT as CAL_CLIENT,
  PUBLIC_CLIENT as CAL_PUBLIC_CLIENT,
  startOAuthForTest,
} from '../support/sandbox/cal-com-oauth.ts';
import { consent, type Decision } from '../support/sandbox/consent-form.ts';
import { CLIENT, PUBLIC_CLIENT, startForTest } from '../support/sandbox/test-oauth-2.ts';

const REDIRECT_URI = 'http://localhost:3000/callback';
const INSECURE = { [oauth.allowInsecureRequests]: true };

interface Party {
  as: oauth.AuthorizationServer;
  client: oauth.Client;
  auth: oauth.ClientAuth;
  scope: string;
  /** Undefined where the library is to send no verifier. */
  verifier?: string | undefined;
}

/** Sends a person to the page for consent, and has the library judge what comes back. */
async function authorize({ as, client, scope, verifier }: Party, decision?: Decision): Promise<URLSearchParams> {
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope,
    state,
  }).toString();
  if (verifier !== undefined) {
    url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(verifier));
    url.searchParams.set('code_challenge_method', 'S256');
  }
  return oauth.validateAuthResponse(as, client, await consent(url, decision), state);
}

async function redeem({ as, client, auth, verifier }: Party, callback: URLSearchParams) {
  const proof = verifier ?? oauth.nopkce;
  const response = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, REDIRECT_URI, proof, INSECURE);
  return oauth.processAuthorizationCodeResponse(as, client, response);
}

async function refresh({ as, client, auth }: Party, refreshToken = '') {
  const response = await oauth.refreshTokenGrantRequest(as, client, auth, refreshToken, INSECURE);
  return oauth.processRefreshTokenResponse(as, client, response);
}

async function userinfo({ as, client }: Party, accessToken: string) {
  const response = await oauth.userInfoRequest(as, client, accessToken, INSECURE);
  return oauth.processUserInfoResponse(as, client, oauth.skipSubjectCheck, response);
}

async function generic(url: string, id: string, auth: oauth.ClientAuth, verifier?: string): Promise<Party> {
  const issuer = new URL(url);
  const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...INSECURE });
  const as = await oauth.processDiscoveryResponse(issuer, found);
  return { as, client: { client_id: id }, auth, scope: 'openid email', verifier };
}

function calCom(url: string, auth: oauth.ClientAuth, more: Partial<Party> = {}): Party {
  return {
    as: {
      issuer: url,
      authorization_endpoint: `${url}/auth/oauth2/authorize`,
      token_endpoint: `${url}/v2/auth/oauth2/token`,
      userinfo_endpoint: `${url}/v2/me`,
    },
    client: { client_id: CAL_CLIENT.client_id },
    auth,
    scope: 'PROFILE_READ',
    ...more,
  };
}

const refusedWith = (error: string, description?: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof oauth.ResponseBodyError, String(thrown));
  assert.equal(thrown.error, error);
  if (description !== undefined) assert.match(thrown.error_description ?? '', description);
  return true;
};

describe('oauth4webapi at the OAuth 2 server', () => {
  for (const [what, id, auth] of [
    ['a secret in the body', CLIENT.id, oauth.ClientSecretPost(CLIENT.secret)],
    ['HTTP Basic', CLIENT.id, oauth.ClientSecretBasic(CLIENT.secret)],
    ['no secret', PUBLIC_CLIENT, oauth.None()],
    [
      'an id and secret that must be encoded',
      'sandbox-oauth2:odd client',
      oauth.ClientSecretBasic('odd+secret:100%/ü'),
    ],
  ] as const) {
    it(`links, refreshes, reads userinfo and revokes with ${what}`, async () => {
      await using server = await startForTest({ pkce: 'required' });
      const party = await generic(server.url, id, auth, oauth.generateRandomCodeVerifier());
      const first = await redeem(party, await authorize(party, { account: 'bob' }));
      assert.deepEqual([first.token_type, first.scope, first.expires_in], ['bearer', 'openid email', 3600]);
      assert.equal((await userinfo(party, first.access_token)).sub, 'bob');
      const second = await refresh(party, first.refresh_token);
      assert.notEqual(second.refresh_token, first.refresh_token);
      await assert.rejects(refresh(party, first.refresh_token), refusedWith('invalid_grant'));
      const revocation = await oauth.revocationRequest(
        party.as,
        party.client,
        auth,
        second.refresh_token ?? '',
        INSECURE,
      );
      await oauth.processRevocationResponse(revocation);
      await assert.rejects(userinfo(party, second.access_token), oauth.WWWAuthenticateChallengeError);
      await assert.rejects(refresh(party, second.refresh_token), refusedWith('invalid_grant'));
    });
  }

  it('is told of a denial, and takes no answer of another server', async () => {
    await using server = await startForTest();
    const party = await generic(server.url, CLIENT.id, oauth.ClientSecretPost(CLIENT.secret));
    await assert.rejects(authorize(party, { decision: 'deny' }), (thrown: unknown) => {
      assert.ok(thrown instanceof oauth.AuthorizationResponseError);
      assert.deepEqual([thrown.error, thrown.error_description], ['access_denied', 'The account owner denied it.']);
      return true;
    });
    const mixedUp = { ...party, as: { ...party.as, issuer: 'https://other.example' } };
    await assert.rejects(authorize(mixedUp), /unexpected "iss"/);
    await server.set({ iss_in_redirect: false });
    await assert.rejects(authorize(party), /response parameter "iss" \(issuer\) missing/);
  });

  it('is refused with a wrong secret or verifier, and for a code used twice', async () => {
    await using server = await startForTest();
    const party = await generic(
      server.url,
      CLIENT.id,
      oauth.ClientSecretPost(CLIENT.secret),
      oauth.generateRandomCodeVerifier(),
    );
    const callback = await authorize(party);
    const forged = { ...party, verifier: oauth.generateRandomCodeVerifier() };
    await assert.rejects(redeem(forged, callback), refusedWith('invalid_grant'));
    await assert.rejects(
      redeem({ ...party, auth: oauth.ClientSecretPost('x') }, callback),
      refusedWith('invalid_client'),
    );
    const { access_token } = await redeem(party, callback);
    await assert.rejects(redeem(party, callback), refusedWith('invalid_grant'));
    await assert.rejects(userinfo(party, access_token), oauth.WWWAuthenticateChallengeError);
  });
});

describe('oauth4webapi at Cal.com', () => {
  it('links, refreshes and calls the API with a secret in the body and no verifier', async () => {
    await using sandbox = await startOAuthForTest({ oauth_rotation: 'single_use' });
    const party = calCom(sandbox.cal.url, oauth.ClientSecretPost(CAL_CLIENT.client_secret));
    const first = await redeem(party, await authorize(party));
    assert.deepEqual([first.token_type, first.scope, first.expires_in], ['bearer', 'PROFILE_READ', 1800]);
    const second = await refresh(party, first.refresh_token);
    await assert.rejects(refresh(party, first.refresh_token), refusedWith('invalid_grant', /^refresh_token_revoked$/));
    const url = new URL(`${sandbox.cal.url}/v2/me`);
    const me = await oauth.protectedResourceRequest(second.access_token, 'GET', url, undefined, undefined, INSECURE);
    assert.equal(((await me.json()) as any).data.email, 'alma@example.org');
    await assert.rejects(authorize(party, { decision: 'deny' }), oauth.AuthorizationResponseError);
    await assert.rejects(authorize({ ...party, scope: 'email' }), /No form|redirect|303/, 'the page is never shown');
  });

  it('works without a secret by PKCE', async () => {
    await using sandbox = await startOAuthForTest();
    const verifier = oauth.generateRandomCodeVerifier();
    const client = { client_id: CAL_PUBLIC_CLIENT.client_id };
    const party = calCom(sandbox.cal.url, oauth.None(), { client, verifier });
    const callback = await authorize(party);
    const forged = { ...party, verifier: oauth.generateRandomCodeVerifier() };
    await assert.rejects(redeem(forged, callback), refusedWith('invalid_grant', /^pkce_verification_failed$/));
    const { refresh_token } = await redeem(party, await authorize(party));
    assert.equal(typeof (await refresh(party, refresh_token)).access_token, 'string');
  });

  it('fails with a verifier beside the secret, for Cal.com forbids it to confidential clients', async () => {
    await using sandbox = await startOAuthForTest();
    const verifier = oauth.generateRandomCodeVerifier();
    const party = calCom(sandbox.cal.url, oauth.ClientSecretPost(CAL_CLIENT.client_secret), { verifier });
    const description = /^code_verifier property is wrong,/;
    await assert.rejects(redeem(party, await authorize(party)), refusedWith('invalid_request', description));
    await sandbox.cal.control('PUT', '/settings', { oauth_confidential_pkce: 'accepted' });
    assert.equal((await redeem(party, await authorize(party))).scope, 'PROFILE_READ');
  });

  it('fails with HTTP Basic, for Cal.com reads id and secret from the body alone', async () => {
    await using sandbox = await startOAuthForTest();
    const party = calCom(sandbox.cal.url, oauth.ClientSecretBasic(CAL_CLIENT.client_secret));
    const description = /^client_id is required$/;
    await assert.rejects(redeem(party, await authorize(party)), refusedWith('invalid_request', description));
  });

  it('finds no userinfo in /v2/me, which has an envelope and no sub, and nothing to revoke with', async () => {
    await using sandbox = await startOAuthForTest();
    const auth = oauth.ClientSecretPost(CAL_CLIENT.client_secret);
    const party = calCom(sandbox.cal.url, auth);
    const { access_token } = await redeem(party, await authorize(party));
    await assert.rejects(userinfo(party, access_token), /"response" body "sub" property must be a string/);
    await assert.rejects(oauth.revocationRequest(party.as, party.client, auth, access_token, INSECURE));
  });
});
