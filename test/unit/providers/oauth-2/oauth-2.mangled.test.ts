import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import type { ExchangeResult } from '../../../../src/providers/provider.ts';
import { Secret } from '../../../../src/secret.ts';
import { scriptedServer, type Reply } from '../../../support/servers/scripted-server.ts';
import { CLIENT_SECRET, NOW, oauth2At, REFRESH_TOKEN, TOKENS } from '../../../support/servers/oauth-2-at.ts';

const RUNS = 1_500;
const PRINTABLE = /^[\x20-\x7e]{1,65536}$/;
const DETAIL = /^\/oauth\/token(?: answers HTTP \d{3}[^\p{Cc}\p{Cf}<>"`\\]{0,500}|: no complete answer)$/u;
const CODES = ['invalid_grant', 'invalid_client', 'unauthorized_client', 'invalid_request', 'slow_down'];

/** Anything that JSON can hold, odd names included. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '3600', 'NaN', 'two\r\nlines', '__proto__', null, true, [], {}),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

function perhaps<T>(sound: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 4, arbitrary: sound }, { weight: 1, arbitrary: anything });
}

const code = fc.constantFrom(...CODES);
const members = fc.record(
  {
    access_token: perhaps(fc.oneof(fc.constant(TOKENS.access_token), fc.string({ minLength: 1 }))),
    token_type: perhaps(fc.constantFrom('bearer', 'Bearer', 'mac')),
    expires_in: perhaps(fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))),
    refresh_token: perhaps(fc.string()),
    error: perhaps(fc.oneof(code, fc.record({ code }))),
    ['__proto__']: perhaps(fc.constant({ ...TOKENS, error: 'invalid_grant' })),
    constructor: anything,
  },
  { requiredKeys: [], noNullPrototype: false },
);

/** A document as it was sent, or what is left of it after an accident. */
const body = fc.oneof(
  { weight: 6, arbitrary: members.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: members.map((value) => JSON.stringify([value])) },
  { weight: 1, arbitrary: fc.tuple(members, fc.nat(200)).map(([value, end]) => JSON.stringify(value).slice(0, end)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);

const reply: fc.Arbitrary<Required<Reply>> = fc.record({
  status: fc.oneof(
    { weight: 4, arbitrary: fc.constant(200) },
    { weight: 4, arbitrary: fc.constantFrom(400, 401) },
    { weight: 2, arbitrary: fc.constantFrom(201, 204, 301, 302, 307, 403, 404, 408, 422, 429, 500, 503) },
    { weight: 1, arbitrary: fc.constant(429) },
    { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
  ),
  body,
  headers: fc.oneof(
    fc.constant({}),
    fc.record({ 'retry-after': fc.oneof(fc.integer().map(String), fc.string({ unit: 'grapheme-ascii' })) }),
  ),
});

/** What the body says, as far as it is a document at all. */
function said(text: unknown): Record<string, any> {
  try {
    const value = JSON.parse(String(text));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}

function own(value: Record<string, any>, name: string): any {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** What has to hold of any answer to any reply. */
function check(answer: ExchangeResult, { status, body: text }: Reply): void {
  const members = said(text);
  const error = own(members, 'error');
  const codes = [error, error?.code];
  assert.equal(answer.kind === 'throttled', status === 429);
  assert.notEqual(answer.kind, 'not_sent');
  if (answer.kind === 'obtained') {
    const { accessToken, refreshToken, expiresAt, refreshExpiresAt, tokenType } = answer.tokens;
    assert.ok(status >= 200 && status < 300);
    assert.match(accessToken.reveal(), PRINTABLE);
    assert.equal(accessToken.reveal(), own(members, 'access_token').trim());
    if (refreshToken !== undefined) {
      assert.match(refreshToken.reveal(), PRINTABLE);
      assert.equal(refreshToken.reveal(), own(members, 'refresh_token').trim());
    }
    assert.ok(Number.isSafeInteger(expiresAt) && expiresAt >= NOW, String(expiresAt));
    assert.ok(expiresAt <= NOW + 3_650 * 86_400_000, String(expiresAt));
    assert.equal(refreshExpiresAt, refreshToken && NOW + 60_000);
    assert.equal(tokenType, 'Bearer');
    return;
  }
  assert.ok(['rejected', 'client_refused', 'throttled', 'unreadable', 'unknown'].includes(answer.kind), answer.kind);
  assert.ok('detail' in answer);
  assert.match(answer.detail, DETAIL);
  if (answer.kind === 'rejected' || answer.kind === 'client_refused') {
    assert.ok(status >= 200 && status <= (answer.kind === 'rejected' ? 499 : 403), String(status));
    const expected = answer.kind === 'rejected' ? CODES.slice(0, 1) : CODES.slice(1, 3);
    assert.ok(codes.some((each) => expected.includes(each)));
  }
  if (answer.kind === 'throttled' && answer.retryAfterMs !== undefined) {
    assert.ok(answer.retryAfterMs >= 1_000 && answer.retryAfterMs <= 3_600_000);
  }
}

describe('whatever an OAuth 2 server answers', () => {
  it('is judged, holds only what can be used, and brings no secret to light', { timeout: 120_000 }, async () => {
    await using server = await scriptedServer();
    await using provider = oauth2At(server.origin, { refreshTtlSeconds: 60 });
    const kinds = new Map<string, number>();
    const property = fc.asyncProperty(reply, async (sent) => {
      server.replies.push(sent);
      const answer = await provider.refresh(new Secret(REFRESH_TOKEN));
      kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
      check(answer, sent);
      const all = inspect(answer, { depth: 20, showHidden: true });
      assert.ok(![CLIENT_SECRET, REFRESH_TOKEN, TOKENS.access_token].some((secret) => all.includes(secret)));
      assert.deepEqual(Object.keys(Object.prototype), []);
    });
    await fc.assert(property, { numRuns: RUNS });
    assert.equal(server.requests.length, RUNS);
    // Else the replies were too wild to show anything.
    for (const kind of ['obtained', 'rejected', 'client_refused', 'throttled', 'unreadable', 'unknown']) {
      assert.ok((kinds.get(kind) ?? 0) >= RUNS / 300, `${kind}: ${kinds.get(kind) ?? 0} of ${RUNS}`);
    }
  });
});
