import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { toProblem } from '../support/service/answer.ts';
import { parse, sendBytes } from '../support/service/raw-request.ts';
import { ATOMS_PATH, startService, TOKEN_PATH, USER_PATH, type Service } from '../support/service/start-service.ts';

const CONNECTION_TOKEN = '/api/v1/connections/{provider}/token/';

describe('a path at which nothing is served', () => {
  let service: Service;
  before(async () => {
    service = await startService();
  });
  after(async () => {
    await service.stop();
  });

  /** Sent as it is: `fetch` would tidy some of these. */
  const ask = async (method: string, target: string) =>
    parse(
      await sendBytes(
        service.url,
        `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      ),
    );

  for (const [method, target, meant] of [
    ['POST', `${TOKEN_PATH}/`, TOKEN_PATH],
    ['POST', `${TOKEN_PATH}//`, TOKEN_PATH],
    ['POST', `//${TOKEN_PATH.slice(1)}`, TOKEN_PATH],
    ['POST', '//api//v1/bookings/token/refresh', TOKEN_PATH],
    ['GET', '/api/v1/bookings//user/', USER_PATH],
    ['GET', '/healthz//', '/healthz'],
    ['GET', '//docs', '/docs'],
    ['GET', `${ATOMS_PATH}/`, ATOMS_PATH],
    ['POST', '/api/v1/connections/cronofy//token/', CONNECTION_TOKEN],
    ['POST', '/api/v1/connections//token/', CONNECTION_TOKEN],
    ['GET', '/connect//callback', '/connect/{provider}/callback'],
    ['POST', '/api/v1/booking/token/refresh/', TOKEN_PATH],
    ['POST', '/API/V1/Bookings/Token/Refresh/', TOKEN_PATH],
    ['POST', '/api/v1/bookings/tokens/refresh', TOKEN_PATH],
    ['POST', '/api/v1/connections/google/tokens/', CONNECTION_TOKEN],
    ['GET', '/health', '/healthz'],
    ['GET', '/nowhere', undefined],
  ] as const) {
    it(`such as ${method} ${target} is a 404 that tells ${meant ?? 'of no other'}`, async () => {
      const { detail } = toProblem(await ask(method, target), 404, 'not_found');
      assert.doesNotMatch(detail, /is not served here/);
      assert.equal(/Did you mean (\S+)\?/.exec(detail)?.[1], meant);
    });
  }

  it('with this method is never told of the same method', async () => {
    for (const target of [TOKEN_PATH, `${TOKEN_PATH}/`, '/healthz', '/connect/x', '/connect//callback', '/docs//']) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const { status, json } = await ask(method, target);
        if (status !== 405) continue;
        const [, asked = '', served = ''] = /^(\w+) is not served here; (.+) is\.$/.exec(json.detail) ?? [];
        assert.equal(asked, method);
        assert.ok(!served.split(', ').includes(method), json.detail);
      }
    }
    assert.equal((await ask('GET', TOKEN_PATH)).status, 405);
  });
});
