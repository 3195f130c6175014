import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tokenResponse, type TokenPlaces, type TokenReading } from '../../../../src/oauth/tokens/token-response.ts';
import type { TokenSet } from '../../../../src/oauth/tokens/token-set.ts';

const ASKED_AT = Date.UTC(2026, 10, 28, 12);
const DAY_MS = 86_400_000;
const OK = { access_token: 'at-1', refresh_token: 'rt-1', token_type: 'Bearer', expires_in: 3600 };

function read(content: unknown, places?: TokenPlaces): TokenReading {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const lifetimes = { access: { fallbackMs: 1_000, maximumMs: DAY_MS } };
  return tokenResponse({ json, body: Buffer.from(text) }, ASKED_AT, { lifetimes, places });
}

function tokensIn(content: unknown, places?: TokenPlaces): TokenSet {
  const reading = read(content, places);
  assert.ok(reading.kind === 'tokens', JSON.stringify(reading));
  return reading.tokens;
}

/** Access token, refresh token, and their lives in seconds. */
function told(content: unknown, places?: TokenPlaces) {
  const { accessToken, refreshToken, expiresAt, refreshExpiresAt } = tokensIn(content, places);
  const refreshLife = refreshExpiresAt === undefined ? undefined : (refreshExpiresAt - ASKED_AT) / 1000;
  return [accessToken.reveal(), refreshToken?.reveal(), (expiresAt - ASKED_AT) / 1000, refreshLife];
}

describe('a token response in the form of a form', () => {
  it('is read', () => {
    assert.deepEqual(told('access_token=at-1&refresh_token=rt-1&token_type=bearer&expires_in=3600'), [
      ...['at-1', 'rt-1', 3600],
      undefined,
    ]);
    assert.deepEqual(told('expires_in=60&refresh_token=&access_token=at-1\r\n'), ['at-1', undefined, 60, undefined]);
    assert.deepEqual(told('access_token=at-1'), ['at-1', undefined, 1, undefined]);
    assert.deepEqual(told('accessToken=at-1&x_refresh_token_expires_in=9'), ['at-1', undefined, 1, 9]);
  });

  it('is decoded, and a plus in a token is one', () => {
    assert.deepEqual(told('scope=a+b%20c&access_token=a%2Bt%3D1%2F%7e&refresh_token=r+t/1==').slice(0, 2), [
      'a+t=1/~',
      'r+t/1==',
    ]);
    assert.deepEqual(told('access_token=at%2').slice(0, 1), ['at%2']);
  });

  it('is not what has no access token, or is a page', () => {
    for (const text of [
      'error=bad_verification_code',
      'refresh_token=rt-1',
      '<a href="?a=b&access_token=at-1">',
      'See /cb?x&access_token=at-1',
      '{"access_token=at-1',
      '{"a":"&access_token=at-1"',
      'access_token=',
      'my_access_token=1',
      '&',
      '',
    ]) {
      assert.deepEqual(read(text), { kind: 'unread', reason: 'no_access_token' }, text);
    }
  });

  it('is read within a JSON text, as JSON is', () => {
    assert.deepEqual(told(JSON.stringify(JSON.stringify(OK))), ['at-1', 'rt-1', 3600, undefined]);
    assert.deepEqual(told('"access_token=at-1&expires_in=60"'), ['at-1', undefined, 60, undefined]);
    assert.deepEqual(read('"access_token"'), { kind: 'unread', reason: 'no_access_token' });
  });
});

describe('a token response whose members are spelled otherwise', () => {
  it('is read without regard to case, underscores and hyphens', () => {
    const written = { accessToken: 'at-1', RefreshToken: 'rt-1', 'expires-in': '60', refreshTokenExpiresIn: 90 };
    assert.deepEqual(told(written), ['at-1', 'rt-1', 60, 90]);
  });

  it('is read as the standard has it where both spellings are there, and one is not empty', () => {
    assert.deepEqual(told({ accessToken: 'other', access_token: 'at-1' })[0], 'at-1');
    assert.deepEqual(told({ access_token: 'at-1', accessToken: 'other' })[0], 'at-1');
    assert.deepEqual(told({ access_token: null, accessToken: 'at-1' })[0], 'at-1');
  });
});

describe('the end that a token response tells', () => {
  const endless = { ...OK, expires_in: undefined };
  const names = ['expires', 'expires_at', 'expires_on', 'expiry', 'expiration', 'access_token_expires_at', '.expires'];
  const at = ASKED_AT + 7_200_000;
  for (const name of [...names, 'expiresAt', 'expiry_date', 'access_token_expires_in', 'accessTokenExpiresAt']) {
    it(`is read from ${name}`, () => {
      for (const value of [at, at / 1000, String(at), new Date(at).toISOString(), new Date(at).toUTCString(), 7200]) {
        assert.deepEqual(told({ ...endless, [name]: value }), ['at-1', 'rt-1', 7200, undefined], String(value));
      }
    });
  }

  it('is the lifetime where there is one that makes sense', () => {
    assert.equal(told({ ...OK, expires_at: at })[2], 3600);
    assert.equal(told({ ...OK, expires_in: 0, expires_at: at })[2], 7200);
    assert.equal(told({ ...OK, expires_in: 'never', expires_at: at })[2], 7200);
    assert.equal(told({ ...endless, expires_at: ASKED_AT - 5_000 })[2], 1, 'a clock of theirs that is late');
    assert.equal(told({ ...endless, ext_expires_in: 60, not_before: at, issued_at: at })[2], 1);
  });

  for (const name of [
    'refresh_token_expires_in',
    'refresh_expires_in',
    'refresh_token_expires_at',
    'refresh_expires_at',
    'x_refresh_token_expires_in',
    'refresh_token_expires_on',
    'refreshTokenExpiresAt',
    'refresh_token_expiration',
    'rt_expires_in',
  ]) {
    it(`is read from ${name}, for the refresh token`, () => {
      for (const value of [20, '20', ASKED_AT + 20_000, new Date(ASKED_AT + 20_000).toISOString()]) {
        assert.deepEqual(told({ ...OK, [name]: value }), ['at-1', 'rt-1', 3600, 20]);
      }
      assert.equal(told({ ...OK, [name]: 0 })[3], undefined);
      assert.equal(told({ ...OK, [name]: -1 })[3], undefined);
    });
  }
});

describe('tokens at other places', () => {
  const slack = {
    ...OK,
    access_token: 'bot-1',
    refresh_token: 'bot-rt',
    token_type: 'bot',
    authed_user: { id: 'U1', access_token: 'at-1', refresh_token: 'rt-1', token_type: 'user', expires_in: 60 },
  };

  it('are found, with what stands beside them', () => {
    const places = { accessTokenAt: 'authed_user.access_token' };
    assert.deepEqual(told(slack, places), ['at-1', 'rt-1', 60, undefined]);
    assert.deepEqual(told({ data: { ...OK, refresh_expires_in: 90 } }, { accessTokenAt: 'data.access_token' }), [
      ...['at-1', 'rt-1', 3600, 90],
    ]);
    const bare = { authed_user: { access_token: 'at-1' }, expires_in: 90, refresh_token: 'rt-1' };
    assert.deepEqual(told(bare, places), ['at-1', 'rt-1', 90, undefined]);
  });

  it('are each at its own', () => {
    const places = { accessTokenAt: 'tokens.access.value', refreshTokenAt: 'tokens.refresh.value' };
    const content = { tokens: { access: { value: 'at-1', expires_at: ASKED_AT + 9_000 }, refresh: { value: 'rt-1' } } };
    assert.deepEqual(told(content, places), ['at-1', 'rt-1', 9, undefined]);
    assert.deepEqual(told({ ...OK, rotated: 'rt-2' }, { refreshTokenAt: 'rotated' }).slice(0, 2), ['at-1', 'rt-2']);
  });

  it('are read where the standard has them if the place is empty', () => {
    const places = { accessTokenAt: 'authed_user.access_token', refreshTokenAt: 'authed_user.refresh_token' };
    assert.deepEqual(told(OK, places), ['at-1', 'rt-1', 3600, undefined]);
    assert.deepEqual(told({ ...OK, authed_user: { id: 'U1', access_token: '' } }, places).slice(0, 2), [
      'at-1',
      'rt-1',
    ]);
  });

  it('are refused for a type beside them', () => {
    const content = { data: { ...OK, token_type: 'dpop' } };
    const places = { accessTokenAt: 'data.access_token' };
    assert.equal(read(content, places).kind, 'unread');
    assert.equal(read(content, { ...places, tokenTypes: ['DPoP'] }).kind, 'tokens');
  });

  it('are none without a definition that says so', () => {
    assert.deepEqual(read({ data: OK }), { kind: 'unread', reason: 'no_access_token' });
    assert.deepEqual(read([OK]), { kind: 'unread', reason: 'no_access_token' });
  });
});
