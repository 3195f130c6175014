import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT_ID, REFRESH, startForTest, type TestCalCom } from '../../support/sandbox/test-cal-com.ts';

const limits = (headers: Headers): (string | null)[] =>
  ['Limit', 'Remaining', 'Reset'].map((name) => headers.get(`X-RateLimit-${name}-Default`));

const byAddress = (cal: TestCalCom) => cal.call('GET', '/v2/timezones', { secret: false });

describe('the rate limit', () => {
  it('is on from the start: 120 a minute for an address, 500 with the client id header or a token', async () => {
    await using cal = await startForTest({ rate_limit_per_minute: null });
    const first = await byAddress(cal);
    assert.deepEqual(limits(first.headers), ['120', '119', '60']);
    const refused = await cal.call('POST', REFRESH, { body: { refreshToken: 'x' } });
    assert.deepEqual(limits(refused.headers).slice(0, 2), ['120', '118'], 'the client in the path does not count');
    const byClient = await cal.call('GET', '/v2/timezones', { headers: { 'x-cal-client-id': CLIENT_ID } });
    assert.deepEqual(limits(byClient.headers).slice(0, 2), ['500', '499']);
    const byToken = await cal.call('GET', '/v2/timezones', { bearer: 'some-token' });
    assert.deepEqual(limits(byToken.headers).slice(0, 2), ['500', '499']);
    const byKey = await cal.call('GET', '/v2/timezones', { bearer: 'cal_sandbox_owner_key' });
    assert.deepEqual(limits(byKey.headers).slice(0, 2), ['120', '119']);
    const byProxy = await cal.call('GET', '/v2/timezones', { headers: { 'cf-connecting-ip': '192.0.2.1' } });
    assert.deepEqual(limits(byProxy.headers).slice(0, 2), ['120', '119']);
  });

  it('refuses the 121st request of an address in the words of API v2 and blocks it for 60 s', async () => {
    await using cal = await startForTest({ rate_limit_per_minute: null });
    const answers = await Promise.all(Array.from({ length: 120 }, () => byAddress(cal)));
    assert.ok(answers.every(({ status }) => status === 200));
    await cal.control('POST', '/clock', { advance_seconds: 40 });
    const { status, headers, text } = await byAddress(cal);
    assert.equal(status, 429);
    assert.deepEqual(limits(headers), ['120', '0', '60']);
    assert.equal(headers.get('retry-after'), null);
    const message = 'CustomThrottlerGuard - Too many requests. Please try again later.';
    assert.ok(text.endsWith(`"error":{"code":"ThrottlerException","message":"${message}","details":"${message}"}}`));
    await cal.control('POST', '/clock', { advance_seconds: 59 });
    assert.equal((await byAddress(cal)).status, 429, 'the block counts from the refusal, not from the window');
    await cal.control('POST', '/clock', { advance_seconds: 2 });
    assert.equal((await byAddress(cal)).status, 200);
  });

  it('begins anew after a minute without a block', async () => {
    await using cal = await startForTest({ rate_limit_per_minute: 2 });
    await byAddress(cal);
    await cal.control('POST', '/clock', { advance_seconds: 61 });
    assert.deepEqual(limits((await byAddress(cal)).headers), ['2', '1', '60']);
  });

  it('can be one number for all, or off', async () => {
    await using cal = await startForTest({ rate_limit_per_minute: 1 });
    const { accessToken: bearer } = await cal.createUser('alice');
    assert.equal((await cal.check(bearer)).status, 200);
    assert.equal((await cal.check(bearer)).status, 429);
    await cal.control('PUT', '/settings', { rate_limit_per_minute: 0 });
    const free = await cal.check(bearer);
    assert.deepEqual([free.status, limits(free.headers)], [200, [null, null, null]]);
  });

  it('does not touch the control API', async () => {
    await using cal = await startForTest({ rate_limit_per_minute: 1 });
    for (let turn = 0; turn < 5; turn++) assert.equal((await cal.control('GET', '/clock')).status, 200);
  });
});
