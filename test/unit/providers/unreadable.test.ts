import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExchangeResult, Unreadable } from '../../../src/providers/provider.ts';
import { Secret } from '../../../src/secret.ts';
import { NOW, oauth2At, refreshed, TOKENS, type Different } from '../../support/servers/oauth-2-at.ts';
import type { Reply } from '../../support/servers/scripted-server.ts';

const LONG = 'x'.repeat(200_000);

const UNREAD: Record<string, [json: unknown, reason: Unreadable['reason']]> = {
  'has its tokens elsewhere': [{ data: TOKENS }, 'no_access_token'],
  'has an access token that cannot be sent': [{ ...TOKENS, access_token: 'tökén' }, 'no_access_token'],
  'has a refresh token that cannot be sent': [{ ...TOKENS, refresh_token: 'tökén' }, 'odd_refresh_token'],
  'has a refresh token that is no text': [{ ...TOKENS, refresh_token: { value: 'a' } }, 'odd_refresh_token'],
  'has tokens of another type': [{ ...TOKENS, token_type: 'mac' }, 'odd_token_type'],
};

describe('a success that cannot be read', () => {
  for (const [name, [json, reason]] of Object.entries(UNREAD)) {
    it(`is kept where it ${name}`, async () => {
      const body = JSON.stringify(json);
      const answer = unreadable(
        await answerTo({ status: 200, body, headers: { 'x-request-id': 'r-1', 'x-odd': LONG.slice(0, 99) } }),
      );
      assert.equal(answer.reason, reason);
      assert.match(answer.detail, /^\/oauth\/token answers HTTP 200, application\/json, \d+ bytes: /);
      assert.doesNotMatch(answer.detail, /access-2|refresh-2|tökén/);
      assert.equal(Buffer.from(answer.kept.body.reveal(), 'base64').toString(), body);
      assert.equal(answer.kept.headers['x-request-id'], 'r-1');
      assert.equal(answer.kept.headers['x-odd'], undefined);
      assert.equal(answer.kept.askedAt, NOW);
    });
  }

  it('is told without what the provider says of itself', async () => {
    const headers = { 'content-type': 'secret/access-2' };
    const answer = unreadable(await answerTo({ status: 200, body: 'token=a', headers }));
    assert.match(
      answer.detail,
      /^\/oauth\/token answers HTTP 200, an unfamiliar media type, 7 bytes: no usable access token/,
    );
  });

  for (const [name, refresh_token] of Object.entries({ null: null, empty: '', false: false, missing: undefined })) {
    it(`is none where its refresh token is ${name}`, async () => {
      const answer = await answerTo({ status: 200, body: JSON.stringify({ ...TOKENS, refresh_token }) });
      assert.equal(answer.kind, 'obtained');
    });
  }

  it('is none where it plainly holds no token', async () => {
    for (const body of ['', '<html>', '{}', '{"error":"busy"}']) {
      assert.equal((await answerTo({ status: 200, body })).kind, 'unknown', body);
    }
    assert.equal((await answerTo({ status: 503, body: JSON.stringify({ data: TOKENS }) })).kind, 'unknown');
  });

  it('comes to the same where it is read again, and to its tokens with a reader that understands it', async () => {
    const { kept } = unreadable(
      await answerTo({ status: 200, body: JSON.stringify({ ...TOKENS, token_type: 'mac' }) }),
    );
    const { reader } = oauth2At('https://example.com');
    assert.equal(reader?.read(kept, 'refresh').kind, 'unreadable');
    const readable = { ...kept, body: new Secret(Buffer.from(JSON.stringify(TOKENS)).toString('base64')) };
    const read = reader.read(readable, 'refresh');
    assert.equal(read.kind, 'obtained');
    assert.equal(read.tokens.refreshToken?.reveal(), 'refresh-2');
    assert.equal(read.tokens.expiresAt, NOW + 3_600_000, 'from when it was asked for');
  });

  it('has another reader where the definition is another', () => {
    const prints = [{}, {}, { defaultAccessTtlSeconds: 1 }].map(
      (different: Different) => oauth2At('https://example.com', different).reader?.fingerprint,
    );
    assert.equal(prints[0], prints[1]);
    assert.notEqual(prints[0], prints[2]);
  });
});

async function answerTo({
  status,
  body,
  headers = {},
}: {
  status: number;
  body: string;
  headers?: Record<string, string>;
}) {
  const reply: Reply = { status, headers: { 'content-type': 'application/json', ...headers }, body };
  return (await refreshed(reply)).answer;
}

function unreadable(answer: ExchangeResult): Unreadable {
  assert.equal(answer.kind, 'unreadable');
  return answer;
}
