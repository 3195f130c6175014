import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Applicant, ExchangeResult } from '../../../../src/providers/provider.ts';
import { Secret } from '../../../../src/secret.ts';
import { deafPort } from '../../../support/servers/listening.ts';
import type { Script } from '../../../support/servers/scripted-server.ts';
import {
  CLIENT_REFUSALS,
  exception,
  invalid,
  SAY_NOTHING,
  UNREADABLE,
  taken,
  TOKENS,
  USER,
} from '../../../support/servers/cal-com-replies.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  NOW,
  providerAt,
  proofsOf,
  refusal,
  scriptedCalCom,
  success,
  type ScriptedCalCom,
} from '../../../support/servers/scripted-cal-com.ts';

const APPLICANT: Applicant = { subject: 'alice', email: 'alice@example.com', name: 'Alice', timeZone: 'Europe/Rome' };
const CLIENT_PATH = encodeURIComponent(CLIENT_ID);

type Ask = (provider: ScriptedCalCom['provider']) => Promise<ExchangeResult>;
const refresh: Ask = (provider) => provider.refresh(new Secret('refresh-1'));
const recover: Ask = (provider) => provider.recover({ accountId: '179', subject: 'alice', createdAt: null });
const provision: Ask = (provider) => provider.provision(APPLICANT);
const EVERY_ASK = { refresh, recover, provision };

async function answerTo(ask: Ask, ...replies: Script[]): Promise<ExchangeResult> {
  await using calCom = await scriptedCalCom(...before(ask), ...replies);
  return await ask(calCom.provider);
}

/** What is answered to the questions before the exchange itself: a recovery looks at the user first. */
function before(ask: Ask): Script[] {
  return ask === recover ? [success({ ...USER, metadata: { evergrant_subject: proofsOf('alice')[0] } })] : [];
}

/** The answer is of this kind, and nothing in it tells what must not be told. */
async function judged(ask: Ask, reply: Script, kind: ExchangeResult['kind']): Promise<void> {
  const answer = await answerTo(ask, reply);
  assert.equal(answer.kind, kind);
  assert.doesNotMatch(JSON.stringify(answer), /refresh-1|client-secret|<html/);
}

const PRISMA_MISSING = refusal(404, 'NOT_FOUND', 'Invalid Query: The requested record was not found.');
const PRISMA_CLASH = refusal(409, 'CONFLICT', 'Invalid Input: Trying to create a record that already exists.');
const NO_ROUTE = exception(404, 'NotFoundException', 'Cannot POST /v2/oauth/cid/refresh', 'Not Found');
const THROTTLED = 'CustomThrottlerGuard - Too many requests. Please try again later.';

for (const [name, ask] of Object.entries(EVERY_ASK)) {
  describe(`${name} at Cal.com`, () => {
    for (const [text, reply] of CLIENT_REFUSALS) {
      it(`blames the client for: ${text}`, () => judged(ask, reply, 'client_refused'));
    }

    for (const [text, reply] of SAY_NOTHING) {
      it(`learns nothing from ${text}`, () => judged(ask, reply, 'unknown'));
    }

    for (const [text, reply] of UNREADABLE) {
      it(`keeps ${text}`, () => judged(ask, reply, 'unreadable'));
    }

    it('learns nothing from a reset', () => judged(ask, 'reset', 'unknown'));

    it('learns nothing from silence', () => judged(ask, 'hang', 'unknown'));

    it('knows that nothing was sent where nobody listens', async () => {
      await using provider = providerAt(`http://127.0.0.1:${await deafPort()}/v2`);
      assert.equal((await ask(provider)).kind, 'not_sent');
    });

    it('is throttled by a 429, with or without a wait, of Cal.com or of a proxy', async () => {
      const reply = refusal(429, 'ThrottlerException', THROTTLED, THROTTLED);
      const waits: [headers: Record<string, string>, waitMs: number | undefined][] = [
        [{ 'x-ratelimit-reset-default': '42' }, 42_000],
        [{ 'retry-after': '7', 'x-ratelimit-reset-default': '42' }, 7_000],
        [{ 'x-ratelimit-reset-default': String(NOW / 1000 + 33) }, 33_000],
        [{ 'x-ratelimit-reset-default': String(NOW / 1000 - 33) }, 1_000],
        [{ 'x-ratelimit-reset-default': '100000' }, 120_000],
        [{ 'retry-after': '300' }, 300_000],
        [{ 'x-ratelimit-reset-default': 'soon' }, undefined],
        [{}, undefined],
      ];
      for (const [headers, waitMs] of waits) {
        const answer = await answerTo(ask, { ...reply, headers });
        assert.deepEqual(answer.kind === 'throttled' && answer.retryAfterMs, waitMs);
      }
      assert.equal((await answerTo(ask, { status: 429, body: '<html>slow down</html>' })).kind, 'throttled');
    });

    it('presents the client by both headers', async () => {
      await using calCom = await scriptedCalCom(...before(ask), { status: 500 });
      await ask(calCom.provider);
      assert.equal(calCom.requests.filter(({ method }) => method === 'POST').length, 1);
      const request = calCom.requests.at(-1);
      assert.equal(request?.method, 'POST');
      assert.equal(request.headers['x-cal-client-id'], CLIENT_ID);
      assert.equal(request.headers['x-cal-secret-key'], CLIENT_SECRET);
      assert.equal(request.headers['authorization'], undefined);
    });
  });

  describe(`the tokens of ${name}`, () => {
    const reply = (tokens: object) => success({ user: USER, ...TOKENS, ...tokens }, name === 'provision' ? 201 : 200);
    const tokensOf = async (tokens: object) => {
      const answer = await answerTo(ask, reply(tokens));
      assert.ok(answer.kind === 'obtained', answer.kind);
      return answer.tokens;
    };

    it('are kept as given', async () => {
      const tokens = await tokensOf({});
      assert.equal(tokens.accessToken.reveal(), TOKENS.accessToken);
      assert.equal(tokens.refreshToken?.reveal(), TOKENS.refreshToken);
      assert.equal(tokens.expiresAt, TOKENS.accessTokenExpiresAt);
      assert.equal(tokens.refreshExpiresAt, TOKENS.refreshTokenExpiresAt);
      assert.equal(tokens.tokenType, 'Bearer');
    });

    for (const accessToken of [undefined, null, '', 42, ['access'], 'two\nlines', 'x'.repeat(65_537)]) {
      it(`make the answer unreadable where the access token is ${JSON.stringify([accessToken]).slice(0, 20)}`, async () => {
        assert.equal((await answerTo(ask, reply({ accessToken }))).kind, 'unreadable');
      });
    }

    for (const refreshToken of [42, 'two\r\nlines', 'x'.repeat(65_537), true, {}]) {
      it(`make the answer unreadable where the refresh token is ${JSON.stringify(refreshToken).slice(0, 20)}`, async () => {
        assert.equal((await answerTo(ask, reply({ refreshToken }))).kind, 'unreadable');
      });
    }

    for (const refreshToken of [undefined, null, '', ' \n', false]) {
      it(`are kept without a refresh token where that is ${JSON.stringify(refreshToken)}`, async () => {
        const tokens = await tokensOf({ refreshToken });
        assert.equal(tokens.refreshToken, undefined);
        assert.equal(tokens.refreshExpiresAt, undefined);
      });
    }

    for (const accessTokenExpiresAt of [undefined, null, '2026-06-01', '-1', -1, 0, {}]) {
      it(`are trusted for five minutes where the expiry is ${JSON.stringify(accessTokenExpiresAt)}`, async () => {
        assert.equal((await tokensOf({ accessTokenExpiresAt })).expiresAt, NOW + 5 * 60_000);
      });
    }

    for (const accessTokenExpiresAt of [String(NOW + 1_800_000), new Date(NOW + 1_800_000).toISOString()]) {
      it(`live as long as ${accessTokenExpiresAt} says`, async () => {
        assert.equal((await tokensOf({ accessTokenExpiresAt })).expiresAt, NOW + 1_800_000);
      });
    }

    it('are taken without the white space around them', async () => {
      const tokens = await tokensOf({ accessToken: ' access-2\n', refreshToken: '\trefresh-2 ' });
      assert.equal(tokens.accessToken.reveal(), 'access-2');
      assert.equal(tokens.refreshToken?.reveal(), 'refresh-2');
    });

    it('are trusted for a day at most, to be refreshed for two years', async () => {
      const tokens = await tokensOf({ accessTokenExpiresAt: 1e300, refreshTokenExpiresAt: 1e300 });
      assert.equal(tokens.expiresAt, NOW + 24 * 3_600_000);
      assert.equal(tokens.refreshExpiresAt, NOW + 2 * 365 * 24 * 3_600_000);
    });
  });
}

describe('a refresh at Cal.com', () => {
  it('sends the refresh token to the client of the path', async () => {
    await using calCom = await scriptedCalCom(success(TOKENS));
    await refresh(calCom.provider);
    const [request] = calCom.requests;
    assert.equal(request?.path, `/v2/oauth/${CLIENT_PATH}/refresh`);
    assert.equal(request.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(request.body), { refreshToken: 'refresh-1' });
  });

  it('names no field that no body has, and none of what an object inherits', async () => {
    const many = Array.from({ length: 600 }, (_, index) => `field-${index}`);
    const answer = await answerTo(
      provision,
      invalid('cal-secret', 'constructor', '__proto__', ...many, 'email', 'email'),
    );
    assert.ok(answer.kind === 'input_refused');
    assert.deepEqual(answer.fields, ['email']);
  });

  it('repeats of what Cal.com says no more than is harmless', async () => {
    const said: Record<string, string> = {
      [CLIENT_SECRET]: '[removed]: of whatever kind',
      constructor: 'constructor: of whatever kind',
      ['x'.repeat(5_000)]: '[removed]: of whatever kind',
      'Bad\u0000Request': 'of whatever kind',
    };
    for (const [code, shown] of Object.entries(said)) {
      const answer = await answerTo(provision, exception(418, code, 'of whatever kind', 'Error'));
      assert.ok(answer.kind === 'unknown');
      assert.equal(answer.detail, `/v2/oauth-clients/${CLIENT_PATH}/users answers HTTP 418 ${shown}`);
    }
  });

  const verdicts: [name: string, reply: Script, kind: ExchangeResult['kind']][] = [
    [
      'an unknown or spent token',
      exception(400, 'BadRequestException', 'Invalid refresh token', 'Bad Request'),
      'rejected',
    ],
    ['the loser of a race', PRISMA_MISSING, 'rejected'],
    [
      'a client that is not found in the handler',
      exception(400, 'BadRequestException', 'Invalid OAuthClient credentials.', 'Bad Request'),
      'client_refused',
    ],
    ['a body that validation refuses', invalid('refreshToken'), 'client_refused'],
    ['a route that is gone', NO_ROUTE, 'unknown'],
    ['a route that is gone for good', { ...NO_ROUTE, status: 410 }, 'unknown'],
    ['an outage that finds nothing', exception(404, 'NotFoundException', 'Not Found', 'Not Found'), 'unknown'],
    ['a clash in the database', PRISMA_CLASH, 'unknown'],
  ];
  for (const [name, reply, kind] of verdicts) {
    it(`is ${kind} for ${name}`, () => judged(refresh, reply, kind));
  }
});

describe('a provision at Cal.com', () => {
  it('creates the user with the proof of the subject', async () => {
    await using calCom = await scriptedCalCom(success({ user: USER, ...TOKENS }, 201));
    const answer = await provision(calCom.provider);
    const [request] = calCom.requests;
    assert.equal(request?.path, `/v2/oauth-clients/${CLIENT_PATH}/users`);
    const { subject, ...given } = APPLICANT;
    const metadata = { evergrant_subject: proofsOf(subject)[0] };
    assert.deepEqual(JSON.parse(request.body), { ...given, metadata });
    assert.ok(answer.kind === 'obtained');
    assert.deepEqual(answer.profile, {
      accountId: '179',
      username: 'alice-cid-example-com',
      email: 'alice+cid@example.com',
      name: 'Alice',
      timeZone: 'Europe/Rome',
      timeFormat: 24,
      weekStart: 'Monday',
      locale: 'fr',
      defaultScheduleId: 5,
      avatarUrl: null,
      bio: null,
      createdAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('takes null for whatever the user has of another type', async () => {
    const odd = { id: 7, email: 1, username: ['x'], name: {}, timeFormat: '24', defaultScheduleId: null, locale: true };
    const answer = await answerTo(provision, success({ user: odd, ...TOKENS }, 201));
    const { accountId, ...others } = (answer.kind === 'obtained' ? answer.profile : undefined) ?? { accountId: '' };
    assert.equal(accountId, '7');
    assert.deepEqual([...new Set(Object.values(others))], [null]);
  });

  for (const id of ['179', -1, 0, 1.5, 1e300, 2 ** 53, null, undefined, true]) {
    it(`is unreadable where the user's id is ${JSON.stringify(id)}`, async () => {
      const answer = await answerTo(provision, success({ user: { ...USER, id }, ...TOKENS }, 201));
      assert.equal(answer.kind, 'unreadable');
    });
  }

  it('names the fields that were refused as the caller named them', async () => {
    const answer = await answerTo(provision, invalid('email', 'timeZone', 'name', 'metadata'));
    assert.ok(answer.kind === 'input_refused');
    assert.deepEqual(answer.fields, ['email', 'timeZone', 'name', 'metadata']);
  });

  const verdicts: [name: string, reply: Script, kind: ExchangeResult['kind']][] = [
    ['a body that validation refuses', invalid('timeZone'), 'input_refused'],
    [
      'a client without an organization',
      exception(
        400,
        'BadRequestException',
        'You cannot create a managed user outside of an organization - the OAuth client does not belong to any organization.',
        'Bad Request',
      ),
      'client_refused',
    ],
    ['a route that is gone', NO_ROUTE, 'unknown'],
    ['a route that is gone for good', { ...NO_ROUTE, status: 410 }, 'unknown'],
    ['an outage that finds nothing', exception(404, 'NotFoundException', 'Not Found', 'Not Found'), 'unknown'],
    ['a clash in the database that names nobody', PRISMA_CLASH, 'unknown'],
    ['a conflict that names no id', taken('none'), 'unknown'],
    ['a conflict that names a negative id', taken('-5'), 'unknown'],
    ['a conflict that names an endless id', taken('9'.repeat(40)), 'unknown'],
    ['a conflict in another status', { ...taken('179'), status: 422 }, 'unknown'],
  ];
  for (const [name, reply, kind] of verdicts) {
    it(`is ${kind} for ${name}`, () => judged(provision, reply, kind));
  }
});
