import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSubject } from '../../../src/callers/subject.ts';
import { ImportLineError } from '../../../src/imports/import-fields.ts';
import { readImportLine, type ImportRules } from '../../../src/imports/import-line.ts';
import type { ImportedGrant } from '../../../src/grants/storage/import-store.ts';
import { Providers } from '../../../src/grants/providers.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { ScriptedProvider } from '../../support/grants/scripted-provider.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const REFRESH = 'the-refresh-token-of-alice';
const ACCESS = 'the-access-token-of-alice';

/** One that repairs by numeric ids, and one that can't repair. */
const managed: Provider = Object.assign(new ScriptedProvider(), {
  name: 'managed',
  accountIdForm: { pattern: /^\d+$/, meaning: 'the numeric user id' },
});
const plain: Provider = Object.assign(new ScriptedProvider({ recover: false, provision: false }), { name: 'plain' });
/** One that is known to give tokens half an hour, and no more than a day. */
const bounded: Provider = Object.assign(new ScriptedProvider({ recover: false, provision: false }), {
  name: 'bounded',
  accessLifetime: { fallbackMs: HOUR_MS / 2, maximumMs: DAY_MS },
});

const MANAGED = { subject: 'alice', provider: 'managed', account_id: 179, refresh_token: REFRESH };
const PLAIN = { subject: 'alice', provider: 'plain', refresh_token: REFRESH };

function read(line: object | string, rules: Partial<ImportRules> = {}): ImportedGrant {
  const text = typeof line === 'string' ? line : JSON.stringify(line);
  return readImportLine(text, {
    providers: new Providers([managed, plain, bounded]),
    subjectOf: parseSubject,
    ignoreUnknown: false,
    now: NOW,
    ...rules,
  });
}

/** A grant with its tokens laid open. */
function open({ access, refresh, ...rest }: ImportedGrant) {
  return {
    ...rest,
    access: access && { ...access, token: access.token.reveal() },
    refresh: refresh && { ...refresh, token: refresh.token.reveal() },
  };
}

function refusal(line: object | string, rules: Partial<ImportRules> = {}): ImportLineError {
  try {
    read(line, rules);
  } catch (error) {
    assert.ok(error instanceof ImportLineError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: `should have been refused: ${JSON.stringify(line)}` });
}

describe('a line of an import', () => {
  it('is read whole', () => {
    const line = {
      ...MANAGED,
      access_token: ACCESS,
      expires_at: '2026-06-01T12:30:00Z',
      refresh_expires_at: (NOW + 30 * DAY_MS) / 1000,
      token_type: 'bearer',
    };
    assert.deepEqual(open(read(line)), {
      realm: managed.realm,
      subject: 'alice',
      accountId: '179',
      isOneSubjects: true,
      access: { token: ACCESS, expiresAt: NOW + HOUR_MS / 2 },
      refresh: { token: REFRESH, expiresAt: NOW + 30 * DAY_MS },
      tokenType: 'Bearer',
      needsRefreshToken: false,
    });
  });

  it('needs little', () => {
    const { access, refresh, accountId, tokenType } = open(read(PLAIN));
    assert.deepEqual([access, accountId, tokenType], [undefined, undefined, 'Bearer']);
    assert.deepEqual(refresh, { token: REFRESH, expiresAt: undefined });
    assert.deepEqual(open(read({ ...PLAIN, access_token: ACCESS })).access, { token: ACCESS, expiresAt: undefined });
    assert.equal(read({ ...PLAIN, subject: 42 }).subject, '42');
  });

  it('takes the spellings of other exports', () => {
    const line = {
      subject: 'alice',
      provider: 'managed',
      accountId: '179',
      accessToken: ACCESS,
      refreshToken: REFRESH,
      accessTokenExpiresAt: NOW + HOUR_MS,
      refreshTokenExpiresAt: NOW + DAY_MS,
      tokenType: 'Bearer',
    };
    const { access, refresh, accountId } = open(read(line));
    assert.equal(accountId, '179');
    assert.deepEqual(access, { token: ACCESS, expiresAt: NOW + HOUR_MS });
    assert.deepEqual(refresh, { token: REFRESH, expiresAt: NOW + DAY_MS });
  });

  it('counts null and empty text as not given', () => {
    const { access, refresh } = open(read({ ...PLAIN, access_token: '', expires_at: null, refresh_expires_at: '' }));
    assert.deepEqual([access, refresh?.expiresAt], [undefined, undefined]);
  });

  it('may count seconds from when the token was obtained', () => {
    const line = { ...PLAIN, access_token: ACCESS, expires_in: 3600, obtained_at: (NOW - HOUR_MS / 2) / 1000 };
    assert.equal(read(line).access?.expiresAt, NOW + HOUR_MS / 2);
    assert.equal(read({ ...line, expires_in: '3600' }).access?.expiresAt, NOW + HOUR_MS / 2);
    assert.equal(read({ ...line, expires_at: NOW + 1000 }).access?.expiresAt, NOW + 1000);
  });

  it('believes an end that is given, up to ten years and within what the provider allows', () => {
    const after = (days: number) => ({ access_token: ACCESS, expires_at: NOW + days * DAY_MS });
    for (const refresh_token of [REFRESH, null]) {
      const line = { ...PLAIN, refresh_token };
      assert.equal(read({ ...line, ...after(60) }).access?.expiresAt, NOW + 60 * DAY_MS);
      assert.equal(read({ ...line, ...after(9_999) }).access?.expiresAt, NOW + 3_650 * DAY_MS);
      assert.equal(read({ ...line, provider: 'bounded', ...after(60) }).access?.expiresAt, NOW + DAY_MS);
    }
  });

  it('may have an access token alone, which has no end unless one is given', () => {
    for (const provider of ['plain', 'bounded']) {
      const line = { ...PLAIN, provider, refresh_token: null, access_token: ACCESS };
      const { access, needsRefreshToken } = read(line);
      assert.deepEqual([access?.expiresAt, needsRefreshToken], [undefined, true]);
      assert.equal(read({ ...line, obtained_at: NOW - DAY_MS }).access?.expiresAt, undefined);
    }
    const { needsRefreshToken } = read({ ...MANAGED, refresh_token: null, access_token: ACCESS });
    assert.equal(needsRefreshToken, false);
  });

  it('counts the usual lifetime from when the token was obtained, as an answer would have', () => {
    const line = { ...PLAIN, provider: 'bounded', access_token: ACCESS };
    assert.equal(read(line).access?.expiresAt, undefined);
    const at = (obtained_at: number) => read({ ...line, obtained_at }).access?.expiresAt;
    assert.equal(at(NOW - HOUR_MS / 4), NOW + HOUR_MS / 4);
    assert.equal(at(NOW - DAY_MS), NOW - DAY_MS + HOUR_MS / 2);
    assert.equal(at(NOW + DAY_MS), NOW + HOUR_MS / 2);
  });

  const refusals: [name: string, line: object | string, field: string | undefined, message: RegExp][] = [
    ['no JSON', `{"refresh_token": "${REFRESH}"`, undefined, /^this is not JSON/],
    ['a list', `["${REFRESH}"]`, undefined, /not a JSON object/],
    ['text', `"${REFRESH}"`, undefined, /not a JSON object/],
    ['no subject', { ...PLAIN, subject: null }, 'subject', /^"subject" is missing; give your app/],
    ['a subject with a line break', { ...PLAIN, subject: 'a\nb' }, 'subject', /^"subject" is "a\?b"; give/],
    ['no provider', { ...PLAIN, provider: '' }, 'provider', /^"provider" is missing.*managed, plain/],
    ['another provider', { ...PLAIN, provider: 'cronofy' }, 'provider', /is "cronofy"; .*configured: managed, plain/],
    [
      'no account where one is needed',
      { ...MANAGED, account_id: null },
      'account_id',
      /missing; give the numeric user/,
    ],
    ['an account with a NUL', { ...PLAIN, account_id: 'a\0b' }, 'account_id', /give the provider's id/],
    ['an account that is no Unicode', { ...PLAIN, account_id: 'a\ud800' }, 'account_id', /give the provider's id/],
    ['an account too long to keep', { ...PLAIN, account_id: 'a'.repeat(256) }, 'account_id', /give the provider's id/],
    ['an account that is no number', { ...MANAGED, account_id: 'abc' }, 'account_id', /is "abc"; give the numeric/],
    ['half an account', { ...MANAGED, accountId: null, account_id: 1.5 }, 'account_id', /is 1.5; give/],
    ['an account too big to be exact', { ...MANAGED, account_id: 2 ** 60 }, 'account_id', /give the numeric/],
    ['no token', { ...PLAIN, refresh_token: null }, 'refresh_token', /missing; give it, or "access_token"/],
    [
      'a word for a time',
      { ...PLAIN, refresh_expires_at: 'tomorrow' },
      'refresh_expires_at',
      /is "tomorrow"; give an ISO/,
    ],
    ['the same word twice', { ...PLAIN, refreshToken: REFRESH }, 'refreshToken', /"refreshToken" and "refresh_token"/],
    ['a lifetime from nowhere', { ...PLAIN, access_token: ACCESS, expires_in: 60 }, 'expires_in', /"obtained_at"/],
    ['a lifetime that is none', { ...PLAIN, access_token: ACCESS, expires_in: 'long' }, 'expires_in', /is "long"/],
    ['a type with a space', { ...PLAIN, token_type: 'Bearer x' }, 'token_type', /give the type/],
    ['an unknown field', { ...PLAIN, scope: 'x' }, 'scope', /"scope" is no field.*account_id.*--ignore-unknown/],
    ['sub, which Cronofy uses for its own', { ...PLAIN, sub: 'acc' }, 'sub', /"subject" or "account_id"/],
    ['userId, which could be either', { ...PLAIN, userId: 7 }, 'userId', /"subject" or "account_id"/],
    [
      'nothing that gives a live token',
      { ...PLAIN, refresh_token: null, access_token: ACCESS, expires_at: NOW },
      undefined,
      /has expired, and without a "refresh_token" nothing/,
    ],
    ['a token with a line break', { ...PLAIN, refresh_token: `${REFRESH}\n` }, 'refresh_token', /not a token/],
    ['a token that is an object', { ...PLAIN, refresh_token: { REFRESH } }, 'refresh_token', /not a token/],
    ['a token for a time', { ...PLAIN, refresh_expires_at: REFRESH }, 'refresh_expires_at', /is "the-refr\.\.\."/],
    ['a token for a name', { ...PLAIN, [REFRESH]: 1 }, 'the-refr...', /^"the-refr\.\.\." is no field/],
    ['a token in an object for a time', { ...PLAIN, refresh_expires_at: { t: REFRESH } }, 'refresh_expires_at', /give/],
  ];
  for (const [name, line, field, message] of refusals) {
    it(`is refused for ${name}`, () => {
      const error = refusal(line);
      assert.match(error.message, message);
      assert.equal(error.field, field);
      assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes(REFRESH.slice(0, 12)), 'a secret is shown');
    });
  }

  it('may say more than is understood, where that is wanted', () => {
    const line = { ...PLAIN, scope: 'read', sub: 'acc_1', userId: 7, linking_profile: { a: 1 } };
    assert.equal(read(line, { ignoreUnknown: true }).subject, 'alice');
  });

  it('shows a date whole and obeys no terminal codes', () => {
    const [date, bell] = ['2026-13-01T00:00:00.000+00:00', '\u001b[2J'];
    assert.ok(refusal({ ...PLAIN, refresh_expires_at: date }).message.includes(`"${date}"`));
    assert.doesNotMatch(refusal({ ...PLAIN, [bell]: 1 }).message, /[^\x20-\x7e]/);
  });
});
