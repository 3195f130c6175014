import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT_ID, startForTest, USERS } from '../../support/sandbox/test-cal-com.ts';

const USER_KEYS = [
  'id',
  'email',
  'username',
  'name',
  'bio',
  'timeZone',
  'weekStart',
  'createdDate',
  'timeFormat',
  'defaultScheduleId',
  'locale',
  'avatarUrl',
];

describe('a managed user', () => {
  it('is created with 201, the keys in the documented order, and tokens that work', async () => {
    await using cal = await startForTest();
    const { status, json } = await cal.call('POST', USERS, {
      body: {
        email: 'alice@example.com',
        name: 'Alice',
        timeZone: 'Europe/Rome',
        weekStart: 'Monday',
        timeFormat: 24,
        locale: 'fr',
        avatarUrl: 'https://example.com/a.png',
        bio: 'Hello',
        metadata: { key: 'value', n: 1, yes: true },
        isAdmin: true,
      },
    });
    assert.equal(status, 201);
    assert.deepEqual(Object.keys(json), ['status', 'data']);
    assert.deepEqual(Object.keys(json.data), [
      'user',
      'accessToken',
      'accessTokenExpiresAt',
      'refreshToken',
      'refreshTokenExpiresAt',
    ]);
    assert.deepEqual(Object.keys(json.data.user), [...USER_KEYS, 'metadata']);
    const { id, createdDate, defaultScheduleId, ...rest } = json.data.user;
    assert.ok(Number.isInteger(id));
    assert.ok(Number.isInteger(defaultScheduleId));
    assert.equal(new Date(createdDate).toISOString(), createdDate);
    assert.deepEqual(rest, {
      email: `alice+${CLIENT_ID}@example.com`,
      username: 'alice-sandbox-cal-client-example-com',
      name: 'Alice',
      bio: 'Hello',
      timeZone: 'Europe/Rome',
      weekStart: 'Monday',
      timeFormat: 24,
      locale: 'fr',
      avatarUrl: 'https://example.com/a.png',
      metadata: { key: 'value', n: 1, yes: true },
    });
    assert.equal((await cal.check(json.data.accessToken)).text, '{"status":"success"}');
    assert.equal((await cal.refresh(json.data.refreshToken)).status, 200);
  });

  it('has defaults, no metadata key and no schedule when only name and e-mail are given', async () => {
    await using cal = await startForTest();
    const { user } = await cal.createUser('bob', { timeZone: null });
    assert.deepEqual(Object.keys(user), USER_KEYS);
    const { timeZone, weekStart, timeFormat, locale, avatarUrl, bio, defaultScheduleId } = user;
    assert.deepEqual(
      { timeZone, weekStart, timeFormat, locale, avatarUrl, bio, defaultScheduleId },
      {
        timeZone: 'Europe/London',
        weekStart: 'Sunday',
        timeFormat: 12,
        locale: 'en',
        avatarUrl: null,
        bio: null,
        defaultScheduleId: null,
      },
    );
  });

  it('is suffixed once, and its username uses the first two labels of the domain without accents', async () => {
    await using cal = await startForTest();
    const email = `Zoë.M_x+${CLIENT_ID}@mail.co.uk`;
    const { json } = await cal.call('POST', USERS, { body: { email, name: 'Zoë' } });
    assert.equal(json.data.user.email, email);
    assert.equal(json.data.user.username, 'zoe-m-x-sandbox-cal-client-mail-co');
  });

  it('exists once per client: the second creation is a 409 that names the existing id', async () => {
    await using cal = await startForTest();
    const { user } = await cal.createUser('alice');
    const message = `User with the provided e-mail already exists. Existing user ID=${user.id}`;
    for (const email of ['alice@example.com', `alice+${CLIENT_ID}@example.com`]) {
      const { status, json } = await cal.call('POST', USERS, { body: { email, name: 'A' } });
      assert.equal(status, 409);
      assert.deepEqual(json.error, {
        code: 'ConflictException',
        message,
        details: { message, error: 'Conflict', statusCode: 409 },
      });
    }
    const taken = await cal.call('POST', USERS, { body: { email: 'taken@example.com', name: 'T' } });
    assert.match(taken.json.error.message, /Existing user ID=101$/);
  });

  it('exists beside the user that another client made for the same person, out of its reach', async () => {
    await using cal = await startForTest();
    const { user } = await cal.createUser('alice');
    const theirs = { secret: 'sandbox-cal-other-secret' };
    const path = '/v2/oauth-clients/sandbox-cal-other-client/users';
    const other = await cal.call('POST', path, { ...theirs, body: { email: 'alice@example.com', name: 'A' } });
    assert.equal(other.json.data.user.email, 'alice+sandbox-cal-other-client@example.com');
    assert.notEqual(other.json.data.user.id, user.id);
    for (const [method, end] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/force-refresh'],
    ] as const) {
      const { status, json } = await cal.call(method, `${path}/${user.id}${end}`, theirs);
      assert.equal(status, 404);
      assert.equal(json.error.message, `User with ID ${user.id} is not part of this OAuth client.`);
    }
    assert.equal((await cal.call('GET', USERS, { bearer: other.json.data.accessToken })).status, 403);
  });

  it('cannot be created outside of an organization', async () => {
    await using cal = await startForTest();
    const { status, json } = await cal.call('POST', '/v2/oauth-clients/sandbox-cal-client-no-org/users', {
      secret: 'sandbox-cal-secret-no-org',
      body: { email: 'a@example.com', name: 'A' },
    });
    assert.equal(status, 400);
    assert.equal(
      json.error.message,
      'You cannot create a managed user outside of an organization - the OAuth client does not belong to any organization.',
    );
  });

  it('is read, changed and deleted; a new e-mail is suffixed and renames the user', async () => {
    await using cal = await startForTest();
    const { user, accessToken, refreshToken } = await cal.createUser('alice');
    const path = `${USERS}/${user.id}`;
    assert.deepEqual((await cal.call('GET', path)).json, { status: 'success', data: user });

    const changed = await cal.call('PATCH', path, {
      body: { email: 'alicia@mail.example.org', timeZone: 'asia/tokyo', bio: 'x', metadata: { a: 1 } },
    });
    assert.equal(changed.status, 200);
    const expected = {
      ...user,
      email: `alicia+${CLIENT_ID}@mail.example.org`,
      username: 'alicia-sandbox-cal-client-mail-example',
      timeZone: 'Asia/Tokyo',
      bio: 'x',
      metadata: { a: 1 },
    };
    assert.deepEqual(changed.json.data, expected);
    assert.equal((await cal.createUser('alice')).user.email, user.email, 'the former address is free again');

    const deleted = await cal.call('DELETE', path);
    assert.deepEqual([deleted.status, deleted.json.data], [200, expected]);
    assert.equal((await cal.check(accessToken)).json.error.message, 'Invalid Access Token.');
    assert.equal((await cal.refresh(refreshToken)).status, 400);
    for (const [method, end] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/force-refresh'],
    ] as const) {
      const gone = await cal.call(method, path + end, method === 'PATCH' ? { body: {} } : {});
      assert.equal(gone.status, 404);
      assert.equal(gone.json.error.message, `User with ID ${user.id} is not part of this OAuth client.`);
      assert.equal(gone.json.error.code, 'NotFoundException');
    }
  });

  it('cannot take the e-mail of another: the clash is the database error without details', async () => {
    await using cal = await startForTest();
    const { user } = await cal.createUser('alice');
    const { status, json } = await cal.call('PATCH', `${USERS}/${user.id}`, { body: { email: 'taken@example.com' } });
    assert.equal(status, 409);
    assert.deepEqual(json.error, {
      code: 'CONFLICT',
      message: 'Invalid Input: Trying to create a record that already exists.',
    });
    assert.equal((await cal.call('GET', `${USERS}/${user.id}`)).json.data.email, user.email);
  });

  it('is listed by page and by plain or suffixed e-mail', async () => {
    await using cal = await startForTest();
    for (const name of ['a', 'b', 'c']) await cal.createUser(name);
    const emails = async (query: string) =>
      (await cal.call('GET', USERS + query)).json.data.map((user: any) => user.email.split('+')[0]);
    assert.deepEqual(await emails(''), ['taken', 'occupied', 'a', 'b', 'c']);
    assert.deepEqual(await emails('?limit=2&offset=1'), ['occupied', 'a']);
    assert.deepEqual(await emails(`?emails=a@example.com,c%2B${CLIENT_ID}@example.com`), ['a', 'c']);
    const unescaped = await cal.call('GET', `${USERS}?emails=c+${CLIENT_ID}@example.com`);
    assert.equal(unescaped.json.error.message, `Invalid email c ${CLIENT_ID}@example.com`);
    assert.equal((await cal.call('GET', `${USERS}?emails=`)).json.error.message, 'emails cannot be empty.');
    for (const query of ['?limit=0', '?limit=101', '?offset=-1', '?offset=101', '?limit=x']) {
      assert.equal((await cal.call('GET', USERS + query)).status, 400, query);
    }
  });

  it('has no default schedule and another username in the cal.diy variant', async () => {
    await using cal = await startForTest({ variant: 'cal_diy' });
    const { user, accessToken } = await cal.createUser('alice', { timeZone: 'UTC' });
    assert.equal(user.username, 'alice-sandbox-cal-client-1');
    assert.equal(user.defaultScheduleId, null);
    const { json } = await cal.call('GET', '/v2/atoms/event-types', { bearer: accessToken });
    assert.deepEqual(json.data, { eventTypes: [] });
  });
});
