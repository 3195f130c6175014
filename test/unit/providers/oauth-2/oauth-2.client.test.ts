import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scriptedServer } from '../../../support/servers/scripted-server.ts';
import { CLIENT_ID, oauth2At, REFRESH_TOKEN, TOKENS } from '../../../support/servers/oauth-2-at.ts';

const CASES = [
  { name: 'refuses the token that nobody issued', reply: refusal(400, 'invalid_grant'), verdict: 'accepted' },
  { name: 'takes any token', reply: { status: 200, body: TOKENS }, verdict: 'accepted' },
  { name: 'refuses the client', reply: refusal(401, 'invalid_client'), verdict: 'refused' },
  { name: 'refuses the client as Cronofy does', reply: refusal(400, 'invalid_client'), verdict: 'refused' },
  { name: 'fails', reply: { status: 503, body: 'busy' }, verdict: 'unreachable' },
  { name: 'asks for patience', reply: { status: 429, body: '' }, verdict: 'unreachable' },
];

function refusal(status: number, error: string) {
  return { status, body: { error } };
}

describe('whether a client is accepted by an OAuth 2 server that', () => {
  for (const { name, reply, verdict } of CASES) {
    it(`${name}: ${verdict}`, async () => {
      await using server = await scriptedServer(reply);
      await using provider = oauth2At(server.origin);
      const check = await provider.checkClient?.();
      assert.equal(check?.verdict, verdict);
      const { host } = new URL(server.origin);
      assert.ok(check.detail.startsWith(host), check.detail);
      if (verdict === 'accepted') assert.ok(check.detail.includes(CLIENT_ID));
      const [request, ...others] = server.requests;
      assert.equal(others.length, 0);
      const asked = new URLSearchParams(request?.body);
      assert.equal(asked.get('grant_type'), 'refresh_token');
      assert.ok(asked.get('refresh_token') !== REFRESH_TOKEN);
    });
  }

  it('is nowhere to be found: unreachable', async () => {
    await using provider = oauth2At('http://127.0.0.1:9');
    assert.equal((await provider.checkClient?.())?.verdict, 'unreachable');
  });
});
