import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { ExchangeResult } from '../../../../src/providers/provider.ts';
import { Secret } from '../../../../src/secret.ts';
import { deafPort, httpServer } from '../../../support/servers/listening.ts';
import type { Reply, Script } from '../../../support/servers/scripted-server.ts';
import {
  NOW,
  oauth2At,
  REFRESH_TOKEN,
  refreshed,
  TOKENS,
  type Different,
} from '../../../support/servers/oauth-2-at.ts';

type Verdict = [name: string, reply: Script, kind: ExchangeResult['kind'], detail: string];

function refusal(status: number, error: unknown, more: object = {}): Reply {
  return { status, body: { error, error_description: `echo ${REFRESH_TOKEN}`, ...more } };
}

function slack(error: string): Reply {
  return { status: 200, body: { ok: false, error } };
}

function facebook(code: number, type: string): Reply {
  return {
    status: 400,
    body: { error: { message: 'Session has expired.', type, code, fbtrace_id: 'A1b2C3d4E5f6G7h8' } },
  };
}

function html(status: number): Reply {
  const body = '<html><title>echo: {"error":"invalid_grant"}</title></html>';
  return { status, body, headers: { 'content-type': 'text/html' } };
}

function raw(head: string, body: string): Script {
  return { bytes: `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${head}\r\n\r\n${body}` };
}

/** What may follow the code: the description in which our refresh token was echoed, or where a redirect points. */
const REST =
  /^(?:_credentials)?(?:(?:: | )\[removed\]|: echo)?(?: without a usable bearer token)?$|^\d+ bytes: no usable access token where one is expected$/;

/** The answer is of this kind with this detail, and nothing in it tells what must not be told. */
async function judged(reply: Script, kind: string, detail: string, different: Different = {}): Promise<void> {
  const { answer } = await refreshed(reply, different);
  assert.equal(answer.kind, kind);
  const told = 'detail' in answer ? answer.detail : '';
  const start = detail.startsWith('HTTP') ? `/oauth/token answers ${detail}` : `/oauth/token: ${detail}`;
  assert.equal(told.slice(0, start.length), start);
  assert.match(told.slice(start.length), REST);
  const all = inspect(answer, { depth: 20, showHidden: true });
  assert.doesNotMatch(all, /refresh-1|client-secret|access-2|refresh-2/);
}

const WHOLE = JSON.stringify(TOKENS);
const NO_TOKEN = 'HTTP 200 without a usable bearer token';
const UNREAD = 'HTTP 200, application/json, ';

const VERDICTS: Verdict[] = [
  ['a dead grant', refusal(400, 'invalid_grant'), 'rejected', 'HTTP 400 invalid_grant'],
  ['a dead grant in a 401', refusal(401, 'invalid_grant'), 'rejected', 'HTTP 401 invalid_grant'],
  [
    'a dead grant without a word more',
    { status: 400, body: { error: 'invalid_grant' } },
    'rejected',
    'HTTP 400 invalid_grant',
  ],
  [
    'a dead grant in an envelope',
    { status: 400, body: { status: 'error', error: { code: 'invalid_grant', message: 'echo' } } },
    'rejected',
    'HTTP 400 invalid_grant',
  ],
  ['a wrong client in a 400', refusal(400, 'invalid_client'), 'client_refused', 'HTTP 400 invalid_client'],
  ['a wrong client', refusal(401, 'invalid_client'), 'client_refused', 'HTTP 401 invalid_client'],
  [
    'a wrong client that is challenged',
    { ...refusal(401, 'invalid_client'), headers: { 'www-authenticate': 'Basic realm="echo"' } },
    'client_refused',
    'HTTP 401 invalid_client',
  ],
  ['a client without leave', refusal(400, 'unauthorized_client'), 'client_refused', 'HTTP 400 unauthorized_client'],
  ['a client not yet approved', refusal(401, 'unauthorized_client'), 'client_refused', 'HTTP 401 unauthorized_client'],
  [
    'a wrong client in an envelope',
    { status: 401, body: { status: 'error', error: { code: 'invalid_client' } } },
    'client_refused',
    'HTTP 401 invalid_client',
  ],
  ['a request it does not like', refusal(400, 'invalid_request'), 'unknown', 'HTTP 400 invalid_request'],
  ['a grant type it has not', refusal(400, 'unsupported_grant_type'), 'unknown', 'HTTP 400 unsupported_grant_type'],
  ['a code that nobody knows', refusal(400, 'echo_code'), 'unknown', 'HTTP 400 echo_code'],
  ['a code that every object has', refusal(400, 'constructor'), 'unknown', 'HTTP 400 constructor'],
  ['a code in other letters', refusal(400, 'Invalid_Grant'), 'unknown', 'HTTP 400 Invalid_Grant'],
  ['a code that is a list', refusal(400, ['invalid_grant']), 'unknown', 'HTTP 400'],
  ['a code in an envelope that is a list', refusal(400, { code: ['invalid_grant'] }), 'unknown', 'HTTP 400'],
  ['a code that is null', refusal(400, null), 'unknown', 'HTTP 400'],
  [
    'no code but a text',
    { status: 400, body: { message: 'invalid_grant echo' } },
    'unknown',
    'HTTP 400 invalid_grant echo',
  ],
  ['a list of refusals', { status: 400, body: [{ error: 'invalid_grant' }] }, 'unknown', 'HTTP 400'],
  ['a refusal that is a text', { status: 400, body: '"invalid_grant"' }, 'unknown', 'HTTP 400'],
  [
    'a refusal that is inherited',
    { status: 400, body: '{"__proto__":{"error":"invalid_grant"}}' },
    'unknown',
    'HTTP 400',
  ],
  ['a dead grant in a 403', refusal(403, 'invalid_grant'), 'rejected', 'HTTP 403 invalid_grant'],
  ['a dead grant in a 404', refusal(404, 'invalid_grant'), 'rejected', 'HTTP 404 invalid_grant'],
  ['a dead grant in a 500', refusal(500, 'invalid_grant'), 'unknown', 'HTTP 500 invalid_grant'],
  ['a wrong client in a 503', refusal(503, 'invalid_client'), 'unknown', 'HTTP 503 invalid_client'],
  ['a dead grant in a 429', refusal(429, 'invalid_grant'), 'throttled', 'HTTP 429 invalid_grant'],
  ['a dead grant in a 200', refusal(200, 'invalid_grant'), 'rejected', 'HTTP 200 invalid_grant'],
  ['a dead grant in a 499', refusal(499, 'invalid_grant'), 'rejected', 'HTTP 499 invalid_grant'],
  [
    'a dead grant as errorCode',
    { status: 400, body: { errorCode: 'invalid_grant' } },
    'rejected',
    'HTTP 400 invalid_grant',
  ],
  ["GitHub's dead grant", refusal(200, 'bad_refresh_token'), 'rejected', 'HTTP 200 bad_refresh_token'],
  ["Slack's dead grant", slack('invalid_refresh_token'), 'rejected', 'HTTP 200 invalid_refresh_token'],
  ["Slack's expired token", slack('token_expired'), 'rejected', 'HTTP 200 token_expired'],
  ["Slack's revoked token", slack('token_revoked'), 'rejected', 'HTTP 200 token_revoked'],
  ["Slack's wrong secret", slack('bad_client_secret'), 'client_refused', 'HTTP 200 bad_client_secret'],
  ["Slack's trouble", slack('internal_error'), 'unknown', 'HTTP 200 internal_error without a usable bearer token'],
  ["Slack's word in another's answer", refusal(400, 'token_expired'), 'unknown', 'HTTP 400 token_expired'],
  ["Facebook's dead token", facebook(190, 'OAuthException'), 'rejected', 'HTTP 400 190: Session has expired.'],
  ["Facebook's number at another", facebook(190, 'Other'), 'unknown', 'HTTP 400 190: Session has expired.'],
  ["Facebook's limit", facebook(4, 'OAuthException'), 'unknown', 'HTTP 400 4: Session has expired.'],
  ['a user who must act', refusal(400, 'interaction_required'), 'rejected', 'HTTP 400 interaction_required'],
  ['a user who must consent', refusal(400, 'consent_required'), 'rejected', 'HTTP 400 consent_required'],
  ['a user who must sign in', refusal(401, 'login_required'), 'rejected', 'HTTP 401 login_required'],
  ["Zoho's word at any server", refusal(200, 'invalid_code'), 'unknown', 'HTTP 200 invalid_code'],
  ['a wrong client in a 200', refusal(200, 'invalid_client'), 'client_refused', 'HTTP 200 invalid_client'],
  [
    "GitHub's wrong client",
    refusal(200, 'incorrect_client_credentials'),
    'client_refused',
    'HTTP 200 incorrect_client',
  ],
  ['a wrong client behind a wrong URL', refusal(404, 'invalid_client'), 'unknown', 'HTTP 404 invalid_client'],
  ['a wrong client that is gone', refusal(410, 'unauthorized_client'), 'unknown', 'HTTP 410 unauthorized_client'],
  ['a wrong URL', html(404), 'unknown', 'HTTP 404'],
  ['a URL that is gone', html(410), 'unknown', 'HTTP 410'],
  ['a server in trouble', refusal(500, 'server_error'), 'unknown', 'HTTP 500 server_error'],
  ['a 500 with tokens', { status: 500, body: TOKENS }, 'unknown', 'HTTP 500'],
  ['a 400 with tokens', { status: 400, body: TOKENS }, 'unknown', 'HTTP 400'],
  ['a 400 of a proxy', html(400), 'unknown', 'HTTP 400'],
  ['a 401 of a proxy', html(401), 'unknown', 'HTTP 401'],
  ['a 401 without a body', { status: 401, body: '' }, 'unknown', 'HTTP 401'],
  [
    'a 401 of the older Cal.com',
    { status: 401, body: { message: 'Unauthorized' } },
    'unknown',
    'HTTP 401 Unauthorized',
  ],
  ['a 502 of a proxy', html(502), 'unknown', 'HTTP 502'],
  ['a 503 with a wait', { status: 503, body: '', headers: { 'retry-after': '5' } }, 'unknown', 'HTTP 503'],
  ['a 429 of a proxy', html(429), 'throttled', 'HTTP 429'],
  ['a 200 of a captive portal', html(200), 'unknown', NO_TOKEN],
  ['a 200 without a body', { status: 200, body: '' }, 'unknown', NO_TOKEN],
  ['a 200 with no tokens', { status: 200, body: {} }, 'unknown', NO_TOKEN],
  ['a 200 with null', { status: 200, body: 'null' }, 'unknown', NO_TOKEN],
  ['a 200 with a list of tokens', { status: 200, body: [TOKENS] }, 'unreadable', UNREAD],
  ['a 200 with tokens in an envelope', { status: 200, body: { data: TOKENS } }, 'unreadable', UNREAD],
  ['a 200 with inherited tokens', { status: 200, body: `{"__proto__":${WHOLE}}` }, 'unreadable', UNREAD],
  ['a 200 that is half a document', { status: 200, body: WHOLE.slice(0, -1) }, 'unreadable', UNREAD],
  ['a 204', { status: 204, body: '' }, 'unknown', 'HTTP 204 without a usable bearer token'],
  ['a body cut short', raw(`content-length: ${WHOLE.length + 1}`, WHOLE), 'unknown', 'no complete answer'],
  ['chunks cut short', raw('transfer-encoding: chunked', `40\r\n${WHOLE}`), 'unknown', 'no complete answer'],
  ['what is no HTTP', { bytes: `220 echo ${WHOLE}\r\n` }, 'unknown', 'no complete answer'],
  ['too long a body', { status: 200, body: { ...TOKENS, more: 'x'.repeat(1 << 20) } }, 'unknown', 'no complete answer'],
  ['a reset', 'reset', 'unknown', 'no complete answer'],
  ['silence', 'hang', 'unknown', 'no complete answer'],
];

describe('a refresh at an OAuth 2 server', () => {
  for (const [name, reply, kind, detail] of VERDICTS) {
    it(`is ${kind} for ${name}`, { timeout: 10_000 }, () => judged(reply, kind, detail));
  }

  for (const status of [301, 302, 303, 307, 308]) {
    it(`is unknown for a redirect by ${status}, and follows none`, async () => {
      await using stranger = await httpServer((_, response) => response.end(WHOLE));
      const location = `http://127.0.0.1:${stranger.port}/`;
      await judged({ status, body: TOKENS, headers: { location } }, 'unknown', `HTTP ${status} to ${location}`);
      assert.equal(stranger.seen(), 0);
    });
  }

  it('is not sent where nobody listens', async () => {
    await using provider = oauth2At(`http://127.0.0.1:${await deafPort()}`);
    const answer = await provider.refresh(new Secret(REFRESH_TOKEN));
    assert.equal(answer.kind, 'not_sent');
    assert.doesNotMatch(inspect(answer, { depth: 20, showHidden: true }), /refresh-1|client-secret/);
  });

  const waits: [header: string | undefined, waitMs: number | undefined][] = [
    [undefined, undefined],
    ['7', 7_000],
    ['0', 1_000],
    ['99999999', 3_600_000],
    [new Date(NOW + 30_000).toUTCString(), 30_000],
    ['soon', undefined],
  ];
  for (const [header, waitMs] of waits) {
    it(`is throttled by a 429, ${header === undefined ? 'without a wait' : `where Retry-After is ${header}`}`, async () => {
      const headers = header === undefined ? {} : { 'retry-after': header };
      const { answer } = await refreshed({ status: 429, body: { error: 'slow_down' }, headers });
      assert.ok(answer.kind === 'throttled', answer.kind);
      assert.equal(answer.retryAfterMs, waitMs);
      assert.equal('retryAfterMs' in answer, waitMs !== undefined);
    });
  }
});

describe('the signals of a definition', () => {
  const definition: Different = {
    deadGrant: [
      { status: 200, error: 'bad_refresh_token' },
      { status: 403, error: 'token_gone' },
      { status: 400, error: 'both' },
    ],
    wrongClient: [
      { status: 403, error: 'app_suspended' },
      { status: 400, error: 'both' },
    ],
  };
  const verdicts: Verdict[] = [
    ['a dead grant', refusal(403, 'token_gone'), 'rejected', 'HTTP 403 token_gone'],
    ['a dead grant in a 200', refusal(200, 'bad_refresh_token'), 'rejected', 'HTTP 200 bad_refresh_token'],
    ['a dead grant in another status', refusal(400, 'token_gone'), 'unknown', 'HTTP 400 token_gone'],
    ['a wrong client', refusal(403, 'app_suspended'), 'client_refused', 'HTTP 403 app_suspended'],
    ['what may be either', refusal(400, 'both'), 'client_refused', 'HTTP 400 both'],
    ["the standard's dead grant", refusal(400, 'invalid_grant'), 'rejected', 'HTTP 400 invalid_grant'],
    ["the standard's wrong client", refusal(400, 'invalid_client'), 'client_refused', 'HTTP 400 invalid_client'],
  ];
  for (const [name, reply, kind, detail] of verdicts) {
    it(`make it ${kind} for ${name}`, () => judged(reply, kind, detail, definition));
  }

  it('do not stand against tokens', async () => {
    const { answer } = await refreshed(refusal(200, 'bad_refresh_token', TOKENS), definition);
    assert.equal(answer.kind, 'obtained');
  });
});
