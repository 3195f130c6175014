import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WaitingRoom } from '../../../src/sandbox/control/waiting-room.ts';
import { CLIENT_ID, REFRESH, startForTest, USERS, type TestCalCom } from '../../support/sandbox/test-cal-com.ts';

const codeOf = (error: any): string => error.cause?.code ?? error.name;

const outcome = (answer: Promise<{ status: number }>): Promise<number | string> =>
  answer.then(({ status }) => status, codeOf);

const journalStatuses = async (cal: TestCalCom) =>
  (await cal.control('GET', '/journal')).json.map(({ status }: any) => status);

const untilUsed = async (cal: TestCalCom, token: string) => {
  while ((await cal.statusOf(token)) !== 'used') await sleep(10);
};

describe('a fault', () => {
  it('answers with its status, headers and body instead of doing the work', async () => {
    await using cal = await startForTest();
    const { refreshToken } = await cal.createUser('alice');
    const added = await cal.control('POST', '/faults', {
      match: { method: 'POST', path: REFRESH },
      fault: { status: 503, headers: { 'Retry-After': '7' }, body: '<html>' },
    });
    assert.equal(added.status, 201);
    assert.deepEqual(added.json, {
      id: 1,
      match: { method: 'POST', path: REFRESH },
      times: 1,
      fault: { status: 503, headers: { 'Retry-After': '7' }, body: '<html>' },
    });
    const struck = await cal.refresh(refreshToken);
    assert.deepEqual([struck.status, struck.headers.get('retry-after'), struck.text], [503, '7', '<html>']);
    assert.equal(await cal.statusOf(refreshToken), 'live');
    assert.equal((await cal.refresh(refreshToken)).status, 200, 'it strikes once');
    assert.deepEqual(await journalStatuses(cal), [201, 503, 200]);
  });

  it('sends a body that is not text as JSON', async () => {
    await using cal = await startForTest();
    await cal.control('POST', '/faults', { fault: { status: 400, body: { error: 'x' } } });
    const { text, headers } = await cal.call('GET', '/v2/me');
    assert.equal(text, '{"error":"x"}');
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    await cal.control('POST', '/faults', { fault: { status: 204 } });
    assert.equal((await cal.call('GET', '/v2/me')).status, 204);
  });

  it('strikes as often as it says, in the order of arrival, until it is used up or cleared', async () => {
    await using cal = await startForTest();
    await cal.control('POST', '/faults', { times: 2, fault: { status: 500 } });
    await cal.control('POST', '/faults', { times: -1, fault: { status: 502 } });
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn++) statuses.push((await cal.call('GET', '/v2/timezones')).status);
    assert.deepEqual(statuses, [500, 500, 502, 502, 502]);
    const { json } = await cal.control('GET', '/faults');
    assert.deepEqual(
      json.map(({ id, times }: any) => [id, times]),
      [[2, null]],
    );
    assert.equal((await cal.control('DELETE', '/faults')).status, 204);
    assert.equal((await cal.call('GET', '/v2/timezones')).status, 200);
  });

  const matching: [match: object, method: string, path: string, strikes: boolean][] = [
    [{ path: '/v2/timezones' }, 'GET', '/v2/timezones?x=1', true],
    [{ path: '/v2/timezones' }, 'GET', '/v2/timezones/', true],
    [{ path: '/v2/timezones?x=1' }, 'GET', '/v2/timezones?x=1', true],
    [{ path: '/v2/timezones?x=2' }, 'GET', '/v2/timezones?x=1', false],
    [{ path: '/v2/time' }, 'GET', '/v2/timezones', false],
    [{ path: '/v2/*' }, 'GET', '/v2/timezones', true],
    [{ path: '/v2/oauth/*/refresh' }, 'POST', REFRESH, true],
    [{ path: '/v2/oauth-clients/*/users/*/force-refresh' }, 'POST', `${USERS}/7/force-refresh`, true],
    [{ path: '/v2/oauth.clients/*' }, 'GET', USERS, false],
    [{ method: 'post' }, 'POST', REFRESH, true],
    [{ method: 'GET', path: REFRESH }, 'POST', REFRESH, false],
    [{ method: '*', path: '*' }, 'GET', '/anything', true],
  ];
  for (const [match, method, path, strikes] of matching) {
    it(`for ${JSON.stringify(match)} ${strikes ? 'strikes' : 'spares'} ${method} ${path}`, async () => {
      await using cal = await startForTest();
      await cal.control('POST', '/faults', { match, fault: { status: 599 } });
      assert.equal((await cal.call(method, path)).status === 599, strikes);
    });
  }

  it('hangs without doing the work until the faults are cleared', async () => {
    await using cal = await startForTest();
    const { refreshToken } = await cal.createUser('alice');
    await cal.control('POST', '/faults', { fault: { hang: true } });
    const hung = outcome(cal.refresh(refreshToken));
    while ((await journalStatuses(cal)).length < 2) await sleep(10);
    assert.equal(await Promise.race([hung, sleep(100, 'silence')]), 'silence');
    assert.equal(await cal.statusOf(refreshToken), 'live');
    assert.deepEqual(await journalStatuses(cal), [201, null]);
    await cal.control('DELETE', '/faults');
    assert.equal(await hung, 'UND_ERR_SOCKET');
    assert.equal((await cal.refresh(refreshToken)).status, 200);
  });

  it('that hangs is cut when the sandbox closes', async () => {
    const cal = await startForTest();
    await cal.control('POST', '/faults', { fault: { hang: true } });
    const hung = outcome(cal.call('GET', '/v2/me'));
    assert.equal(await Promise.race([hung, sleep(100, 'silence')]), 'silence');
    await cal.close();
    assert.equal(await hung, 'UND_ERR_SOCKET');
  });

  it('resets the connection without doing the work', async () => {
    await using cal = await startForTest();
    const { refreshToken } = await cal.createUser('alice');
    await cal.control('POST', '/faults', { fault: { reset: true } });
    assert.equal(await outcome(cal.refresh(refreshToken)), 'ECONNRESET');
    assert.equal(await cal.statusOf(refreshToken), 'live');
    assert.deepEqual(await journalStatuses(cal), [201, null]);
  });

  it('drops the reply after doing the work', async () => {
    await using cal = await startForTest();
    const { refreshToken } = await cal.createUser('alice');
    await cal.control('POST', '/faults', { fault: { drop_reply: true } });
    assert.equal(await outcome(cal.refresh(refreshToken)), 'UND_ERR_SOCKET');
    assert.equal(await cal.statusOf(refreshToken), 'used');
    assert.deepEqual(await journalStatuses(cal), [201, null]);
  });

  it('drops the reply and answers with a status in its place, as a proxy does', async () => {
    await using cal = await startForTest();
    const { refreshToken } = await cal.createUser('alice');
    await cal.control('POST', '/faults', { fault: { drop_reply: true, status: 502 } });
    assert.equal((await cal.refresh(refreshToken)).status, 502);
    assert.equal(await cal.statusOf(refreshToken), 'used');
  });

  it('drops the reply and hangs, which is a timeout after the work', async () => {
    await using cal = await startForTest();
    const { refreshToken } = await cal.createUser('alice');
    await cal.control('POST', '/faults', { fault: { drop_reply: true, hang: true } });
    const hung = outcome(cal.refresh(refreshToken));
    await untilUsed(cal, refreshToken);
    assert.equal(await Promise.race([hung, sleep(100, 'silence')]), 'silence');
    await cal.control('DELETE', '/faults');
    await hung;
  });

  it('delays alone or with another, the work being done at once', async () => {
    await using cal = await startForTest();
    const { refreshToken } = await cal.createUser('alice');
    for (const [fault, expected] of [
      [{ delay_ms: 250 }, 200],
      [{ delay_ms: 250, status: 503 }, 503],
      [{ delay_ms: 250, drop_reply: true }, 'UND_ERR_SOCKET'],
      [{ delay_ms: 250, reset: true }, 'ECONNRESET'],
    ] as const) {
      await cal.control('POST', '/faults', { fault });
      const start = performance.now();
      assert.equal(await outcome(cal.call('GET', '/v2/timezones')), expected, JSON.stringify(fault));
      assert.ok(performance.now() - start >= 240, JSON.stringify(fault));
    }
    await cal.control('POST', '/faults', { fault: { delay_ms: 1500 } });
    let isAnswered = false;
    const slow = cal.refresh(refreshToken).finally(() => (isAnswered = true));
    await untilUsed(cal, refreshToken);
    assert.equal(isAnswered, false);
    assert.equal((await slow).status, 200);
  });

  it('that delays leaves no timer behind when the sandbox closes', async () => {
    const room = new WaitingRoom();
    const delayed = room.delay(3_600_000);
    room.close();
    assert.equal(await delayed, false);
    assert.equal(await room.delay(0), false);
  });

  it('never strikes the control API', async () => {
    await using cal = await startForTest();
    await cal.control('POST', '/faults', { times: null, fault: { reset: true } });
    assert.equal((await cal.control('GET', '/state')).status, 200);
    assert.equal(await outcome(cal.call('GET', `/v2/provider/${CLIENT_ID}`)), 'ECONNRESET');
  });

  it('that makes no sense is refused with what does', async () => {
    await using cal = await startForTest();
    const refused: [body: unknown, message: RegExp][] = [
      [{}, /fault/],
      [{ fault: {} }, /name at least one of status, hang, reset, drop_reply, delay_ms/],
      [{ fault: { hang: false } }, /name at least one/],
      [{ fault: { body: 'x', delay_ms: 1 } }, /headers and body need a status/],
      [{ fault: { status: 500, hang: true } }, /exclude each other/],
      [{ fault: { reset: true, drop_reply: true } }, /exclude each other/],
      [{ fault: { status: 700 } }, /fault\.status/],
      [{ fault: { status: 500, headers: { 'bad name': 'x' } } }, /fault\.headers: is not a set of HTTP headers/],
      [{ fault: { status: 500 }, times: 0 }, /times: accepts 1 or more, or null or -1/],
      [{ fault: { status: 500 }, match: { url: 'x' } }, /match.*url/],
      ['nonsense', /not JSON/],
    ];
    for (const [body, message] of refused) {
      const { status, json } = await cal.control('POST', '/faults', body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(json.message, message);
    }
    assert.deepEqual((await cal.control('GET', '/faults')).json, []);
  });
});
