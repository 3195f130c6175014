import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REFRESH, startForTest, USERS } from '../../support/sandbox/test-cal-com.ts';

const METADATA_LIMITS =
  'Metadata must have at most 50 keys, each key up to 40 characters, and values up to 500 characters.';

describe('a wrong body', () => {
  it('is refused with an envelope that echoes target and value, unknown fields dropped', async () => {
    await using cal = await startForTest();
    const { status, text, json } = await cal.call('POST', USERS, { body: { email: 5, name: 'A', extra: 1 } });
    assert.equal(status, 400);
    assert.deepEqual(Object.keys(json), ['status', 'timestamp', 'path', 'error']);
    assert.equal(json.path, USERS);
    assert.match(json.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(
      text.endsWith(
        '"error":{"code":"BadRequestException","message":"Bad Request Exception","details":{"errors":[' +
          '{"target":{"email":5,"name":"A"},"value":5,"property":"email","children":[],' +
          '"constraints":{"isString":"email must be a string"}}]}}}',
      ),
      text,
    );
  });

  const refused: [body: object, property: string, constraints: object][] = [
    [{ name: 'A' }, 'email', { isString: 'email must be a string' }],
    [{ email: 'a@b.c' }, 'name', { isString: 'name must be a string' }],
    [{ timeZone: '' }, 'timeZone', { isTimeZone: 'timeZone must be a valid IANA time-zone' }],
    [{ timeZone: 'Mars/Base' }, 'timeZone', { isTimeZone: 'timeZone must be a valid IANA time-zone' }],
    [{ timeZone: '+02:00' }, 'timeZone', { isTimeZone: 'timeZone must be a valid IANA time-zone' }],
    [{ timeFormat: 13 }, 'timeFormat', { isIn: 'timeFormat must be a number either 12 or 24' }],
    [{ weekStart: 1 }, 'weekStart', { isString: 'weekStart must be a string' }],
    [{ avatarUrl: 'nope' }, 'avatarUrl', { isUrl: 'avatarUrl must be a URL address' }],
    [{ bio: 1 }, 'bio', { isString: 'bio must be a string' }],
    [{ metadata: { ['k'.repeat(41)]: 'v' } }, 'metadata', { validateMetadata: METADATA_LIMITS }],
    [{ metadata: { k: 'v'.repeat(501) } }, 'metadata', { validateMetadata: METADATA_LIMITS }],
    [{ metadata: { k: null } }, 'metadata', { validateMetadata: METADATA_LIMITS }],
    [
      { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])) },
      'metadata',
      { validateMetadata: METADATA_LIMITS },
    ],
    [{ metadata: 'text' }, 'metadata', { validateMetadata: METADATA_LIMITS, isObject: 'metadata must be an object' }],
  ];
  for (const [given, property, constraints] of refused) {
    it(`is refused for ${property} in ${JSON.stringify(given).slice(0, 40)}`, async () => {
      await using cal = await startForTest();
      const complete = 'email' in given || 'name' in given ? given : { email: 'a@b.c', name: 'A', ...given };
      const { status, json } = await cal.call('POST', USERS, { body: complete });
      assert.equal(status, 400);
      const [error, ...others] = json.error.details.errors;
      assert.deepEqual([error.property, error.constraints, others], [property, constraints, []]);
    });
  }

  it('is refused for an unknown locale with the list of those known', async () => {
    await using cal = await startForTest();
    const { json } = await cal.call('POST', USERS, { body: { email: 'a@b.c', name: 'A', locale: 'tlh' } });
    const { isEnum } = json.error.details.errors[0].constraints;
    assert.match(isEnum, /^locale must be one of the following values: .*\bpt-BR\b/);
  });

  it('that changes a user must name the day of the week in English', async () => {
    await using cal = await startForTest();
    const { user } = await cal.createUser('a');
    const { status, json } = await cal.call('PATCH', `${USERS}/${user.id}`, { body: { weekStart: 'Montag' } });
    assert.equal(status, 400);
    assert.deepEqual(json.error.details.errors[0].constraints, {
      isIn: 'weekStart must be one of the following values: Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday',
    });
  });

  it('that is not JSON is a 400, and one of another content type counts as empty', async () => {
    await using cal = await startForTest();
    const broken = await cal.call('POST', REFRESH, { body: '{"refreshToken":' });
    assert.deepEqual([broken.status, broken.json.error.code], [400, 'BadRequestException']);
    assert.match(broken.json.error.message, /JSON/);
    const untyped = await cal.call('POST', REFRESH, {
      body: '{"refreshToken":"x"}',
      headers: { 'content-type': 'text/plain' },
    });
    assert.deepEqual(untyped.json.error.details.errors, [
      {
        target: {},
        property: 'refreshToken',
        children: [],
        constraints: { isString: 'refreshToken must be a string' },
      },
    ]);
  });
});

describe('what is repaired instead of refused', () => {
  for (const [given, stored] of [
    ['America/New_york', 'America/New_York'],
    ['europe/rome', 'Europe/Rome'],
    ['UTC', 'UTC'],
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['US/Pacific', 'Us/Pacific'],
  ] as const) {
    it(`the time zone ${given} is stored as ${stored}`, async () => {
      await using cal = await startForTest();
      assert.equal((await cal.createUser('a', { timeZone: given })).user.timeZone, stored);
    });
  }

  it('timeFormat as text is a number', async () => {
    await using cal = await startForTest();
    assert.equal((await cal.createUser('a', { timeFormat: '24' })).user.timeFormat, 24);
  });
});

describe('a user id that is not an integer', () => {
  it('is a 400 that says a numeric string is expected, once the caller is authenticated', async () => {
    await using cal = await startForTest();
    const message = 'Validation failed (numeric string is expected)';
    const { status, json } = await cal.call('POST', `${USERS}/12x/force-refresh`);
    assert.equal(status, 400);
    assert.deepEqual(json.error, {
      code: 'BadRequestException',
      message,
      details: { message, error: 'Bad Request', statusCode: 400 },
    });
    assert.equal((await cal.call('GET', `${USERS}/12x`, { secret: 'wrong' })).status, 401);
  });
});
