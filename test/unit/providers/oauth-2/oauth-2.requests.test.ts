import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../../../src/secret.ts';
import { scriptedServer, type SeenRequest } from '../../../support/servers/scripted-server.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  oauth2At,
  REFRESH_TOKEN,
  refreshed,
  TOKENS,
  type Different,
} from '../../../support/servers/oauth-2-at.ts';

const GRANT = { grant_type: 'refresh_token', refresh_token: REFRESH_TOKEN };
const WITH_SECRET = { ...GRANT, client_id: CLIENT_ID, client_secret: CLIENT_SECRET };
const WITH_ID = { ...GRANT, client_id: CLIENT_ID };

const BODIES = {
  form: { type: 'application/x-www-form-urlencoded', read: (body: string) => [...new URLSearchParams(body)] },
  json: { type: 'application/json', read: (body: string) => Object.entries(JSON.parse(body)) },
} as const;

async function requestOf(different: Different): Promise<SeenRequest> {
  const { answer, request } = await refreshed({ status: 200, body: TOKENS }, different);
  assert.equal(answer.kind, 'obtained');
  return request;
}

function sorted(entries: readonly unknown[]): unknown[] {
  return [...entries].sort();
}

for (const body of ['form', 'json'] as const) {
  describe(`a refresh with a ${body} body`, () => {
    const { type, read } = BODIES[body];

    const sent: [clientAuth: 'body' | 'basic' | 'none', parameters: Record<string, string>][] = [
      ['body', WITH_SECRET],
      ['basic', GRANT],
      ['none', WITH_ID],
    ];
    for (const [clientAuth, parameters] of sent) {
      it(`sends exactly what belongs there where the client authenticates by ${clientAuth}`, async () => {
        const request = await requestOf({ body, clientAuth });
        assert.equal(`${request.method} ${request.path}`, 'POST /oauth/token');
        assert.equal(request.headers['content-type'], type);
        assert.equal(request.headers['accept'], 'application/json');
        assert.deepEqual(sorted(read(request.body)), sorted(Object.entries(parameters)));
        assert.equal('authorization' in request.headers, clientAuth === 'basic');
      });
    }

    it('has both parts of basic authentication form-encoded before they are joined', async () => {
      const { headers } = await requestOf({ body, clientAuth: 'basic' });
      const [scheme, encoded] = String(headers['authorization']).split(' ');
      assert.equal(scheme, 'Basic');
      const joined = Buffer.from(encoded ?? '', 'base64').toString('latin1');
      assert.equal(joined, 'client%3A1+%C3%A9%2B%2F%26%3D%25:client-secret%3A2+%C3%A9%2B%2F%26%3D%25');
    });

    it('says nothing of the secret for a public client, even where there is one', async () => {
      for (const clientSecret of [undefined, new Secret(CLIENT_SECRET)]) {
        const request = await requestOf({ body, clientAuth: 'none', clientSecret });
        assert.deepEqual(sorted(read(request.body)), sorted(Object.entries(WITH_ID)));
        assert.doesNotMatch(JSON.stringify(request), /client-secret/);
      }
    });
  });
}

describe('an OAuth 2 provider', () => {
  it('asks at the very URL of the definition', async () => {
    await using server = await scriptedServer({ status: 200, body: TOKENS });
    await using provider = oauth2At(server.origin, { tokenUrl: `${server.origin}/a%2Fb/token?tenant=c` });
    await provider.refresh(new Secret(REFRESH_TOKEN));
    assert.equal(server.requests[0]?.path, '/a%2Fb/token?tenant=c');
  });

  it('shows what the definition says of it', async () => {
    await using plain = oauth2At('https://id.example.com', { onReuse: 'revoke_family' });
    assert.equal(plain.name, 'example');
    assert.equal(plain.onReuse, 'revoke_family');
    assert.equal(plain.requestsPerMinute, undefined);
    await using limited = oauth2At('https://id.example.com', { onReuse: 'grace', requestsPerMinute: 500 });
    assert.equal(limited.onReuse, 'grace');
    assert.equal(limited.requestsPerMinute, 500);
  });

  it('has a realm of its own for every name, server and client', async () => {
    const realmOf = async (different: Different) => {
      await using provider = oauth2At('https://id.example.com', different);
      return provider.realm;
    };
    const usual = await realmOf({});
    assert.equal(usual, `example https://id.example.com ${CLIENT_ID}`);
    // What the keeper presents, and how, may change without any grant becoming another's.
    assert.equal(await realmOf({ tokenUrl: 'https://id.example.com/v2/token', clientAuth: 'none' }), usual);
    for (const other of [
      { name: 'other' },
      { tokenUrl: 'https://id.example.org/oauth/token' },
      { clientId: 'other' },
    ]) {
      assert.notEqual(await realmOf(other), usual);
    }
  });

  it('is not built where its client has to authenticate and has no secret', () => {
    for (const clientAuth of ['body', 'basic'] as const) {
      const build = () => oauth2At('https://id.example.com', { clientAuth, clientSecret: undefined });
      assert.throws(build, /provider example needs a client secret/);
    }
  });

  it('is not built where the token endpoint has no URL', () => {
    assert.throws(() => oauth2At('id.example.com'), TypeError);
  });
});
