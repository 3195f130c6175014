import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TokenSet } from '../../../../src/oauth/tokens/token-set.ts';
import { NOW, REFRESH_TOKEN, refreshed, TOKENS, type Different } from '../../../support/servers/oauth-2-at.ts';

const HOUR_MS = 3_600_000;

/** What a refresh obtains where the answer differs from {@link TOKENS}; a member that is undefined is left out. */
async function tokensOf(members: object | string, different?: Different, status = 200): Promise<TokenSet> {
  const body = typeof members === 'string' ? members : { ...TOKENS, ...members };
  const { answer } = await refreshed({ status, body }, different);
  assert.ok(answer.kind === 'obtained', answer.kind);
  return answer.tokens;
}

function named(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 20);
}

describe('the tokens of an OAuth 2 server', () => {
  it('are kept as given', async () => {
    const tokens = await tokensOf({ scope: 'a b', more: { access_token: 'other' } });
    assert.equal(tokens.accessToken.reveal(), 'access-2');
    assert.equal(tokens.refreshToken?.reveal(), 'refresh-2');
    assert.equal(tokens.expiresAt, NOW + HOUR_MS);
    assert.equal(tokens.tokenType, 'Bearer');
    assert.equal('refreshExpiresAt' in tokens, false);
  });

  it('are kept whatever the success is called', async () => {
    assert.equal((await tokensOf({}, {}, 201)).accessToken.reveal(), 'access-2');
  });

  it('are kept where there is nothing but an access token', async () => {
    const tokens = await tokensOf('{"access_token":"access-2"}');
    assert.equal(tokens.expiresAt, NOW + 300_000);
    assert.equal(tokens.tokenType, 'Bearer');
    assert.equal('refreshToken' in tokens, false);
  });

  it('are not led astray by what an object inherits', async () => {
    const strange =
      '"__proto__":{"refresh_token":"bad","expires_in":9},"constructor":{"prototype":{"token_type":"mac"}}';
    const tokens = await tokensOf(`{${strange},"access_token":"access-2"}`);
    assert.equal('refreshToken' in tokens, false);
    assert.equal(tokens.expiresAt, NOW + 300_000);
    assert.equal(({} as Record<string, unknown>)['refresh_token'], undefined);
  });

  for (const access_token of [
    undefined,
    null,
    '',
    42,
    ['access'],
    { a: 1 },
    'two\nlines',
    'tökén',
    'x'.repeat(65_537),
  ]) {
    it(`are none where the access token is ${named(access_token)}`, async () => {
      const { answer } = await refreshed({ status: 200, body: { ...TOKENS, access_token } });
      assert.equal(answer.kind, 'unreadable');
    });
  }

  for (const refresh_token of [0, 42, true, ['refresh'], [], {}, 'two\r\nlines', 'tökén', 'x'.repeat(65_537)]) {
    it(`are not taken where the refresh token is ${named(refresh_token)}, and that is told`, async () => {
      const { answer } = await refreshed({ status: 200, body: { ...TOKENS, refresh_token } });
      assert.ok(answer.kind === 'unreadable', answer.kind);
      assert.match(answer.detail, /a refresh token that nobody can use/);
    });
  }

  for (const refresh_token of [undefined, null, '', false, ' \n']) {
    it(`have no refresh token where that is ${named(refresh_token)}`, async () => {
      const tokens = await tokensOf({ refresh_token }, { refreshTtlSeconds: 60 });
      assert.equal('refreshToken' in tokens, false);
      assert.equal('refreshExpiresAt' in tokens, false);
    });
  }

  it('may have the refresh token that was presented', async () => {
    const tokens = await tokensOf({ refresh_token: REFRESH_TOKEN });
    assert.equal(tokens.refreshToken?.reveal(), REFRESH_TOKEN);
  });

  it('have a refresh token that lapses when it rests for as long as the definition says, be it new or not', async () => {
    for (const refresh_token of [REFRESH_TOKEN, undefined]) {
      const tokens = await tokensOf({ refresh_token }, { refreshIdleTtlSeconds: 60 });
      assert.equal(tokens.refreshExpiresAt, NOW + 60_000);
    }
    const both = { refreshIdleTtlSeconds: 60, refreshTtlSeconds: 90 };
    assert.equal((await tokensOf({}, both)).refreshExpiresAt, NOW + 60_000);
  });

  it('have a refresh token that lives as long as the answer says, within reason', async () => {
    const definition = { refreshTtlSeconds: 60 };
    const lives: [claimed: unknown, lifeMs: number][] = [
      [3600, HOUR_MS],
      ['3600', HOUR_MS],
      [1e15, 10 * 365 * 24 * HOUR_MS],
      [0, 60_000],
      ['soon', 60_000],
    ];
    for (const [claimed, lifeMs] of lives) {
      const { refreshExpiresAt } = await tokensOf({ refresh_token_expires_in: claimed }, definition);
      assert.equal(refreshExpiresAt, NOW + lifeMs, String(claimed));
    }
  });

  it('have a refresh token that lives as long as the definition says', async () => {
    assert.equal((await tokensOf({}, { refreshTtlSeconds: 30 * 86_400 })).refreshExpiresAt, NOW + 30 * 24 * HOUR_MS);
  });

  it('are taken without the white space around them', async () => {
    for (const [before, after] of [
      ['', '\n'],
      [' ', ''],
      ['\t\r\n', '\u00a0'],
      ['\ufeff', ''],
    ] as const) {
      const [access_token, refresh_token] = [`${before}at-1${after}`, `${before}rt-1${after}`];
      const tokens = await tokensOf({ access_token, refresh_token });
      assert.equal(tokens.accessToken.reveal(), 'at-1');
      assert.equal(tokens.refreshToken?.reveal(), 'rt-1');
    }
  });

  it('are taken up to 64 KiB', async () => {
    const [access_token, refresh_token] = ['a'.repeat(65_536), 'r'.repeat(65_536)];
    const tokens = await tokensOf({ access_token, refresh_token, id_token: 'i'.repeat(80_000) });
    assert.equal(tokens.accessToken.reveal(), access_token);
    assert.equal(tokens.refreshToken?.reveal(), refresh_token);
  });

  const taken = [
    'Bearer',
    'bearer',
    'BEARER',
    undefined,
    null,
    '',
    'bot',
    'user',
    'bearer token',
    'JWT',
    0,
    true,
    ['mac'],
    {},
  ];
  for (const token_type of taken) {
    it(`are bearer tokens where the type is ${named(token_type)}`, async () => {
      assert.equal((await tokensOf({ token_type })).tokenType, 'Bearer');
    });
  }

  for (const token_type of ['mac', 'DPoP', 'N_A', 'n-a', 'PoP', ' dpop ']) {
    it(`are of no use where the type is ${named(token_type)}, unless the definition says so`, async () => {
      const { answer } = await refreshed({ status: 200, body: { ...TOKENS, token_type } });
      assert.ok(answer.kind === 'unreadable');
      assert.match(answer.detail, /a type other than bearer/);
      const definition = { tokenTypes: ['other', token_type.trim().toUpperCase()] };
      assert.equal((await tokensOf({ token_type }, definition)).accessToken.reveal(), 'access-2');
    });
  }
});

describe('the life of an access token', () => {
  const day = 24 * HOUR_MS;
  const claims: [expiresIn: unknown, lifeMs: number][] = [
    [3600, HOUR_MS],
    [1, 1_000],
    ['3600', HOUR_MS],
    ['3600.0', HOUR_MS],
    [' 3600 ', HOUR_MS],
    ['+3600', HOUR_MS],
    ['3600s', HOUR_MS],
    ['3600.5', 3_600_500],
    [3599.5, 3_599_500],
    [0.0001, 0],
    [86_400, day],
    [86_401, day + 1_000],
    [5_184_000, 60 * day],
    ['31536000', 365 * day],
    [315_360_001, 3_650 * day],
    [1e12, 3_650 * day],
    [1e300, 3_650 * day],
    [1e308, 3_650 * day],
    ['9'.repeat(300), 3_650 * day],
    [(NOW + HOUR_MS) / 1000, HOUR_MS],
    [NOW + HOUR_MS, HOUR_MS],
    [new Date(NOW + HOUR_MS).toISOString(), HOUR_MS],
  ];
  for (const [expires_in, lifeMs] of claims) {
    it(`is ${lifeMs} ms where expires_in is ${named(expires_in)}`, async () => {
      const tokens = await tokensOf({ expires_in });
      assert.deepEqual([tokens.expiresAt, tokens.isExpiryGuessed], [NOW + lifeMs, undefined]);
    });
  }

  const senseless = [undefined, null, 0, '0', -1, -3600, '-1', '', '1e3', '0x10', '1,5', 'NaN', 'never', 'PT1H'];
  const endless = ['9'.repeat(400)];
  for (const expires_in of [...senseless, ...endless, true, [60], {}]) {
    it(`is the default where expires_in is ${named(expires_in)}`, async () => {
      const tokens = await tokensOf({ expires_in });
      assert.deepEqual([tokens.expiresAt, tokens.isExpiryGuessed], [NOW + 300_000, true]);
      assert.equal((await tokensOf({ expires_in }, { defaultAccessTtlSeconds: 1800 })).expiresAt, NOW + HOUR_MS / 2);
    });
  }

  it('is the default where expires_in is too large for a number', async () => {
    const tokens = await tokensOf('{"access_token":"access-2","expires_in":1e999}');
    assert.equal(tokens.expiresAt, NOW + 300_000);
  });

  it('is as long as the definition allows', async () => {
    const definition = { longestAccessTtlSeconds: 30 * 86_400 };
    assert.equal((await tokensOf({ expires_in: 20 * 86_400 }, definition)).expiresAt, NOW + 20 * day);
    assert.equal((await tokensOf({ expires_in: 40 * 86_400 }, definition)).expiresAt, NOW + 30 * day);
  });

  it('is counted from when the call began', async () => {
    let ticks = 0;
    const now = () => NOW + 1_000 * ticks++;
    const tokens = await tokensOf({}, { now, refreshTtlSeconds: 60 });
    assert.equal(tokens.expiresAt, NOW + HOUR_MS);
    assert.equal(tokens.refreshExpiresAt, NOW + 60_000);
  });
});
