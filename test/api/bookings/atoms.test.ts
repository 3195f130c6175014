import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { toProblem, retryAfterMs, tokenOf, type Answer } from '../../support/service/answer.ts';
import { startCronofy } from '../../../src/sandbox/index.ts';
import { jwt } from '../../support/service/credentials.ts';
import { CLIENT_ID } from '../../support/service/start-sandbox.ts';
import { ATOMS_PATH, startService, type Service } from '../../support/service/start-service.ts';

const APP = 'https://app.example.com';
const STRANGERS = [
  'https://evil.example',
  'https://app.example.com.evil.example',
  'https://evilapp.example.com',
  'http://app.example.com',
  'https://app.example.com:8443',
  'null',
];
const ORIGINS = { EVERGRANT_CORS_ORIGINS: `${APP},http://localhost:3000` };
const PROBE = `/v2/provider/${CLIENT_ID}/access-token`;

function refresh(service: Service, token: string, headers: Record<string, string> = {}): Promise<Answer> {
  return service.call('GET', ATOMS_PATH, { bearer: token, headers });
}

/** What Atoms read of an answer, checked against everything that is promised about one. */
function accessTokenOf(answer: Answer): string {
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json\b/);
  assert.deepEqual(Object.keys(answer.json).sort(), ['accessToken', 'access_token', 'expires_in']);
  assert.equal(answer.json.access_token, answer.json.accessToken);
  assert.ok(Number.isInteger(answer.json.expires_in) && answer.json.expires_in > 0);
  assertUncached(answer);
  return answer.json.accessToken;
}

function assertUncached(answer: Answer): void {
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const vary = (answer.headers.get('vary') ?? '').toLowerCase().split(/\s*,\s*/);
  assert.ok(vary.includes('origin') && vary.includes('authorization'), `Vary: ${vary.join(', ')} of ${answer.text}`);
  assert.equal(answer.headers.get('access-control-allow-credentials'), null);
}

/** A service with the user alice and her first token. */
async function withAlice(env: Record<string, string> = ORIGINS) {
  const service = await startService({ env });
  const first: string = tokenOf(await service.token(jwt('alice'))).access_token;
  return { service, first, [Symbol.asyncDispose]: () => service.stop() };
}

describe('the refresh URL of Cal.com Atoms', () => {
  it('gives the successor of an expired token, which Cal.com accepts', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    await service.expire();
    const second = accessTokenOf(await refresh(service, first));
    assert.notEqual(second, first);
    assert.equal((await service.sandbox.me(second)).status, 200);
    assert.equal(tokenOf(await service.token(jwt('alice'))).access_token, second, 'the backend sees the same');
  });

  it('knows every token that it ever gave out, and gives the current one for each', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    const given = [first];
    for (let round = 0; round < 4; round += 1) {
      await service.expire();
      given.push(tokenOf(await service.token(jwt('alice'))).access_token);
    }
    assert.equal(new Set(given).size, 5);
    const refreshes = await service.sandbox.count('refresh');
    for (const token of given) assert.equal(accessTokenOf(await refresh(service, token)), given.at(-1));
    assert.equal(await service.sandbox.count('refresh'), refreshes, 'a successor that lives costs no refresh');
  });

  it('gives a token back to who presents it only after Cal.com has accepted it just now', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    const probes = async () => (await service.sandbox.journal()).filter(({ path }) => path === PROBE).length;
    assert.equal(accessTokenOf(await refresh(service, first)), first);
    assert.equal(await probes(), 1);
    // Ended at Cal.com alone: our own clock says that it lives.
    await service.sandbox.control('POST', '/tokens/expire', { access_token: first });
    const second = accessTokenOf(await refresh(service, first));
    assert.equal(await probes(), 2);
    assert.notEqual(second, first);
    await service.sandbox.control('POST', '/tokens/purge', { access_token: second });
    const third = accessTokenOf(await refresh(service, second));
    assert.notEqual(third, second);
    assert.equal((await service.sandbox.me(third)).status, 200);
  });

  it('asks Cal.com without the Origin of the page', async () => {
    await using scene = await withAlice({ EVERGRANT_CORS_ORIGINS: '*' });
    const { service, first } = scene;
    // The sandbox's client knows loopback origins alone and would answer 401 to this one.
    assert.equal(accessTokenOf(await refresh(service, first, { Origin: APP })), first);
    assert.equal(await service.sandbox.count('refresh'), 0);
  });

  it('costs one refresh when three tabs ask at once', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    await service.expire();
    await service.sandbox.control('PUT', '/settings', { latency_ms: 100 });
    const answers = await Promise.all([1, 2, 3].map(() => refresh(service, first, { Origin: APP })));
    const tokens = new Set(answers.map(accessTokenOf));
    assert.equal(tokens.size, 1);
    assert.ok(!tokens.has(first));
    assert.equal(await service.sandbox.count('refresh'), 1);
  });

  it('serves the old token’s page after Cal.com has purged that token', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    await service.expire();
    const second = accessTokenOf(await refresh(service, first));
    assert.equal(await service.sandbox.fateOf(first), 'purged');
    assert.equal(accessTokenOf(await refresh(service, first)), second);
    assert.equal(accessTokenOf(await refresh(service, first)), second);
    assert.equal(await service.sandbox.count('refresh'), 1);
  });

  it('makes a user anew whom Cal.com has deleted', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    const [user] = await service.sandbox.users();
    await service.sandbox.deleteUser(user.id);
    const second = accessTokenOf(await refresh(service, first));
    assert.equal((await service.sandbox.me(second)).status, 200);
  });

  it('knows a token until the grace after its end is over', async () => {
    await using scene = await withAlice({ ...ORIGINS, EVERGRANT_ATOMS_GRACE: '3' });
    const { service, first } = scene;
    await service.expire();
    accessTokenOf(await refresh(service, first));
    await sleep(3100);
    toProblem(await refresh(service, first), 401, 'unknown_access_token');
  });

  it('knows no token from before a caller forced another, and goes on from that one', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    const second = tokenOf(await service.token(jwt('alice'), { force_refresh: true })).access_token;
    toProblem(await refresh(service, first), 401, 'unknown_access_token');
    await service.expire();
    const tabs = await Promise.all([1, 2, 3].map(() => refresh(service, second)));
    assert.equal(new Set(tabs.map(accessTokenOf)).size, 1);
  });

  it('knows no token that a caller has reported, and goes on from the one that follows', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    const report = () => service.token(jwt('alice'), { rejected_access_token: first });
    const [second, again] = [tokenOf(await report()).access_token, tokenOf(await report()).access_token];
    assert.equal(again, second);
    toProblem(await refresh(service, first), 401, 'unknown_access_token');
    await service.expire();
    assert.notEqual(accessTokenOf(await refresh(service, second)), second);
  });

  it('ends some time after the last call with a better credential, and begins again with the next', async () => {
    await using scene = await withAlice({ ...ORIGINS, EVERGRANT_ATOMS_CHAIN: '4' });
    const { service, first } = scene;
    let held = first;
    let asked = await refresh(service, held);
    for (const since = performance.now(); asked.status === 200; asked = await refresh(service, held)) {
      assert.ok(performance.now() - since < 60_000, 'it ends');
      held = accessTokenOf(asked);
      await service.expire();
      await sleep(500);
    }
    toProblem(asked, 401, 'unknown_access_token');
    tokenOf(await service.token(jwt('alice')));
    for (const since = performance.now(); asked.status === 401; asked = await refresh(service, held)) {
      assert.ok(performance.now() - since < 30_000, 'the call is noted in the background');
      // A call counts from when it is noted, so that it may be over by the time that is seen.
      tokenOf(await service.token(jwt('alice')));
      await sleep(1_500);
    }
    accessTokenOf(asked);
  });

  it('is switched off by a chain of no length', async () => {
    await using scene = await withAlice({ ...ORIGINS, EVERGRANT_ATOMS_CHAIN: '0' });
    toProblem(await refresh(scene.service, scene.first), 401, 'unknown_access_token');
  });

  it('takes no token of another provider, whether bookings are served or not', async () => {
    await using cronofy = await startCronofy({ port: 0, host: '127.0.0.1' });
    const client = {
      CRONOFY_CLIENT_ID: 'sandbox-cronofy-client',
      CRONOFY_CLIENT_SECRET: 'sandbox-cronofy-secret',
      CRONOFY_API_URL: cronofy.url,
      CRONOFY_APP_URL: cronofy.url,
      CRONOFY_MODE: 'managed',
    };
    for (const env of [client, { ...client, CAL_COM_CLIENT_ID: '', CAL_COM_CLIENT_SECRET: '' }]) {
      const service = await startService({ env });
      try {
        const path = '/api/v1/connections/cronofy-managed/token/';
        const token: string = tokenOf(await service.call('POST', path, { bearer: jwt('alice') })).access_token;
        toProblem(await refresh(service, token), 401, 'unknown_access_token');
        await service.expire('here');
        toProblem(await refresh(service, token), 401, 'unknown_access_token');
        assert.equal(service.rows('select 1 from exchanges').length, 1, 'nothing was asked for it');
      } finally {
        await service.stop();
      }
    }
  });

  it('answers 401 in JSON to every token that it did not give out', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    const [header = '', payload = '', signature = ''] = first.split('.');
    const unknown = [
      `${header}.${payload}.${signature.slice(0, -2)}`,
      `${first}x`,
      ` ${payload}`,
      jwt('alice'),
      await service.key({ role: 'server' }),
      'null',
      'undefined',
      'x'.repeat(9000),
    ];
    for (const token of unknown) {
      const answer = await refresh(service, token, { Origin: APP });
      toProblem(answer, 401, 'unknown_access_token');
      assertUncached(answer);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer .*error="invalid_token"/);
      assert.equal(answer.headers.get('access-control-allow-origin'), APP, 'or the page could not read it');
    }
    for (const headers of [{}, { authorization: `Basic ${first}` }, { authorization: first }]) {
      toProblem(await service.call('GET', ATOMS_PATH, { headers }), 401);
    }
    const inQuery = await service.call('GET', `${ATOMS_PATH}?access_token=${first}`);
    toProblem(inQuery, 401);
  });

  it('answers 503 in JSON with Retry-After while Cal.com cannot be reached, and recovers', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    await service.sandbox.fault('*', { reset: true });
    const whileLive = await refresh(service, first, { Origin: APP });
    toProblem(whileLive, 503);
    assertUncached(whileLive);
    retryAfterMs(whileLive);
    await service.expire();
    const whenExpired = await refresh(service, first, { Origin: APP });
    toProblem(whenExpired, 503);
    assertUncached(whenExpired);
    assert.equal(whenExpired.headers.get('access-control-allow-origin'), APP);
    await service.sandbox.clearFaults();
    await sleep(retryAfterMs(whenExpired));
    assert.notEqual(accessTokenOf(await refresh(service, first)), first);
  });

  it('serves a live successor while Cal.com cannot be reached', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    await service.expire();
    const second = tokenOf(await service.token(jwt('alice'))).access_token;
    await service.sandbox.fault('*', { status: 500 });
    assert.equal(accessTokenOf(await refresh(service, first)), second);
  });

  it('takes the Content-Type that Atoms send with no body, and both spellings of the path', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    await service.expire();
    const second = accessTokenOf(await refresh(service, first, { 'Content-Type': 'application/json', Origin: APP }));
    const bare = await service.call('GET', ATOMS_PATH.replace(/\/$/, ''), { bearer: first });
    assert.equal(accessTokenOf(bare), second);
    assert.equal(accessTokenOf(await service.call('GET', `${ATOMS_PATH}?v=1`, { bearer: first })), second);
  });

  it('gives no token for HEAD or POST', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    const head = await service.call('HEAD', ATOMS_PATH, { bearer: first });
    assert.equal(head.text, '');
    const post = await service.call('POST', ATOMS_PATH, { bearer: first });
    toProblem(post, 405, 'method_not_allowed');
    assert.match(post.headers.get('allow') ?? '', /\bGET\b/);
  });

  it('limits how often strangers may guess, and what one user may ask', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    const guesses = [];
    for (let index = 0; index < 80; index += 1) guesses.push((await refresh(service, `guess-${index}`)).status);
    assert.deepEqual([...new Set(guesses)], [401, 429]);
    accessTokenOf(await refresh(service, first));
    const asked = [];
    for (let index = 0; index < 80; index += 1) asked.push(await refresh(service, first, { Origin: APP }));
    const refused = asked.find(({ status }) => status === 429);
    assert.ok(refused !== undefined);
    toProblem(refused, 429, 'rate_limited');
    retryAfterMs(refused);
    assertUncached(refused);
  });

  it('writes every use into the log, without a token', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    accessTokenOf(await refresh(service, first, { Origin: APP }));
    const line = service.logs.find((each) => each.includes('atoms refresh'));
    assert.ok(line !== undefined);
    assert.equal(JSON.parse(line).subject, 'alice');
    assert.equal(JSON.parse(line).origin, APP);
    assert.ok(!service.logs.join('').includes(first));
  });
});

describe('the origins of the refresh URL', () => {
  const preflight = (service: Service, origin: string) =>
    service.call('OPTIONS', ATOMS_PATH, {
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'authorization,content-type',
      },
    });

  function assertAllows(answer: Answer, origin: string): void {
    assert.ok([200, 204].includes(answer.status));
    assert.equal(answer.headers.get('access-control-allow-origin'), origin);
    assert.match(answer.headers.get('access-control-allow-methods') ?? '', /\bGET\b/);
    const names = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase();
    assert.match(names, /\bauthorization\b/);
    assert.match(names, /\bcontent-type\b/);
    assert.ok(Number(answer.headers.get('access-control-max-age')) > 0);
  }

  it('that are listed are echoed, on the preflight and on every answer', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    for (const origin of [APP, 'http://localhost:3000']) {
      const answer = await preflight(service, origin);
      assertAllows(answer, origin);
      assert.match(answer.headers.get('vary') ?? '', /\bOrigin\b/i);
      const got = await refresh(service, first, { Origin: origin });
      accessTokenOf(got);
      assert.equal(got.headers.get('access-control-allow-origin'), origin);
    }
  });

  it('that are not listed get no permission and no token', async () => {
    await using scene = await withAlice();
    const { service, first } = scene;
    for (const origin of STRANGERS) {
      assert.equal((await preflight(service, origin)).headers.get('access-control-allow-origin'), null, origin);
      const answer = await refresh(service, first, { Origin: origin });
      toProblem(answer, 403, 'origin_not_allowed');
      assertUncached(answer);
      assert.equal(answer.headers.get('access-control-allow-origin'), null, origin);
    }
  });

  it('are all allowed by *', async () => {
    await using scene = await withAlice({ EVERGRANT_CORS_ORIGINS: '*' });
    const { service, first } = scene;
    for (const origin of [APP, 'https://any.example', 'null']) {
      assertAllows(await preflight(service, origin), '*');
      const got = await refresh(service, first, { Origin: origin });
      accessTokenOf(got);
      assert.equal(got.headers.get('access-control-allow-origin'), '*');
    }
  });

  it('are all refused where none is configured, and a call without an origin is served', async () => {
    await using scene = await withAlice({});
    const { service, first } = scene;
    assert.equal((await preflight(service, APP)).headers.get('access-control-allow-origin'), null);
    toProblem(await refresh(service, first, { Origin: APP }), 403, 'origin_not_allowed');
    accessTokenOf(await refresh(service, first));
  });
});
