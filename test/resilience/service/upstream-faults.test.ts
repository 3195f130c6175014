import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { toProblem, retryAfterMs, tokenOf, type Answer } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { CLIENT_ID, type UpstreamCall } from '../../support/service/start-sandbox.ts';
import { startService, USER_PATH, type Service } from '../../support/service/start-service.ts';

interface Fault {
  readonly fault: object;
  /** True where the caller gives up waiting before the fault shows. */
  readonly slow?: boolean;
  readonly code?: string;
}

const HTML = '<!doctype html><title>502 Bad Gateway</title>';
const MEGABYTE = 'x'.repeat(1_000_000);

const FAULTS: Record<string, Fault> = {
  'a 500': { fault: { status: 500 }, code: 'upstream_unavailable' },
  'a 500 in its own envelope': {
    fault: {
      status: 500,
      body: { status: 'error', error: { code: 'InternalServerErrorException', message: 'no', details: 'no' } },
    },
  },
  'a 429 without Retry-After': { fault: { status: 429 }, code: 'upstream_throttled' },
  'a 429 with Retry-After': { fault: { status: 429, headers: { 'Retry-After': '2' } }, code: 'upstream_throttled' },
  'a page of HTML with 502': { fault: { status: 502, headers: { 'Content-Type': 'text/html' }, body: HTML } },
  'a page of HTML with 200': { fault: { status: 200, headers: { 'Content-Type': 'text/html' }, body: HTML } },
  'a page of HTML with 404': { fault: { status: 404, headers: { 'Content-Type': 'text/html' }, body: HTML } },
  'a success without tokens': { fault: { status: 200, body: { status: 'success', data: {} } } },
  'a token with a line break': {
    fault: { status: 200, body: { status: 'success', data: { accessToken: 'a\r\nb', refreshToken: 'c' } } },
  },
  'a megabyte': { fault: { status: 200, body: { status: 'success', data: MEGABYTE } } },
  'a redirect': { fault: { status: 307, headers: { Location: 'http://127.0.0.1:9/' } } },
  'a reset': { fault: { reset: true } },
  'a lost answer': { fault: { drop_reply: true } },
  'an answer lost behind a 502': { fault: { drop_reply: true, status: 502, body: HTML } },
  'a hang': { fault: { hang: true }, slow: true },
  'a delay beyond the timeout': { fault: { delay_ms: 8000 }, slow: true },
};

/** For faults that show only by their silence; a busy machine still answers within. */
const IMPATIENT = { EVERGRANT_CALLER_WAIT: '2', EVERGRANT_UPSTREAM_TIMEOUT: '3' };

/** A 500 that says when to come again. */
function trouble(answer: Answer, code?: string): number {
  const problem = toProblem(answer, 500, code);
  assert.match(problem.code, /^upstream_(unavailable|throttled|slow)$/);
  return retryAfterMs(answer);
}

/** Asks again when it was told to; a fault that is over must need no more than that, unless it was slow. */
async function healed(service: Service, firstWaitMs: number, rounds: number): Promise<any> {
  let waitMs = firstWaitMs;
  for (let round = 1; ; round += 1) {
    await sleep(waitMs);
    const answer = await service.token(jwt('alice'));
    if (answer.status === 200 || round >= rounds) return tokenOf(answer);
    waitMs = trouble(answer);
  }
}

async function assertOneAcceptedUser(service: Service, token: string): Promise<void> {
  assert.equal((await service.sandbox.me(token)).status, 200, 'Cal.com accepts the token');
  assert.equal((await service.sandbox.users()).length, 1, 'no second user upstream');
}

/** Brings a service to where the next call to it makes this call upstream. */
const LEADING_TO: Record<UpstreamCall, (service: Service) => Promise<void>> = {
  create: () => Promise.resolve(),
  refresh: async (service) => {
    tokenOf(await service.token(jwt('alice')));
    await service.expire();
  },
  'force-refresh': async (service) => {
    tokenOf(await service.token(jwt('alice')));
    await service.expire();
    await service.sandbox.control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
  },
};

for (const call of ['create', 'refresh', 'force-refresh'] as const) {
  describe(`when ${call} meets`, { concurrency: 4 }, () => {
    for (const [name, { fault, slow = false, code }] of Object.entries(FAULTS)) {
      it(`${name}, the caller is told when to come again, and then served`, async () => {
        await using service = await startService(slow ? { env: IMPATIENT } : {});
        await LEADING_TO[call](service);
        await service.sandbox.fault(call, fault);
        const waitMs = trouble(await service.token(jwt('alice')), slow ? 'upstream_slow' : code);
        assert.ok((await service.sandbox.count(call)) >= 1, 'the fault did strike');
        await service.sandbox.clearFaults();
        const { access_token: token } = await healed(service, waitMs, slow ? 4 : 1);
        await assertOneAcceptedUser(service, token);
        assert.equal(tokenOf(await service.token(jwt('alice'))).access_token, token);
      });
    }
  });
}

describe('while the stored token lives and the refresh meets', { concurrency: 4 }, () => {
  for (const [name, { fault, slow = false }] of Object.entries(FAULTS)) {
    it(`${name}, the stored token is served`, async () => {
      await using service = await startService(slow ? { env: IMPATIENT } : {});
      const before = tokenOf(await service.token(jwt('alice')));
      await service.sandbox.fault('refresh', fault);
      for (const wish of [{ min_ttl: 86_400 }, { force_refresh: true }, {}]) {
        const served = tokenOf(await service.token(jwt('alice'), wish));
        assert.equal(served.access_token, before.access_token);
        assert.equal(served.refreshed, false);
        assert.ok(served.expires_in > 3000);
      }
      assert.ok((await service.sandbox.count('refresh')) >= 1, 'it did try');
      assert.equal(await service.sandbox.count('force-refresh'), 0, 'which would have ended the live token');
      await assertOneAcceptedUser(service, before.access_token);
    });
  }

  it('any fault, a token that the caller reports as rejected is not served again', async () => {
    await using service = await startService();
    const { access_token: rejected } = tokenOf(await service.token(jwt('alice')));
    await service.sandbox.fault('refresh', { status: 500 });
    trouble(await service.token(jwt('alice'), { rejected_access_token: rejected }));
  });
});

describe('after a fault', { concurrency: 4 }, () => {
  it('that lost the answer of a create, the same user is adopted by its proof', async () => {
    await using service = await startService();
    await service.sandbox.fault('create', { drop_reply: true }, 1);
    const waitMs = trouble(await service.token(jwt('alice')), 'upstream_unavailable');
    const [made] = await service.sandbox.users();
    const token = await healed(service, waitMs, 1);
    assert.equal(token.integration_status, 'created', 'nobody had a token before');
    await assertOneAcceptedUser(service, token.access_token);
    const { json } = await service.call('GET', USER_PATH, { bearer: jwt('alice') });
    assert.equal(json.cal_user_id, made.id);
    assert.equal(await service.sandbox.count('force-refresh'), 1);
  });

  it('that lost the answer of a create, another e-mail does not make a second user', async () => {
    await using service = await startService();
    await service.sandbox.fault('create', { drop_reply: true }, 1);
    const waitMs = trouble(await service.token(jwt('alice')));
    await sleep(waitMs);
    const token = tokenOf(await service.token(jwt('alice'), { cal_email: 'another@example.com' }));
    await assertOneAcceptedUser(service, token.access_token);
    assert.equal((await service.sandbox.users())[0].email, `alice+${CLIENT_ID}@example.com`);
  });

  it('that lost the answer of a refresh, force-refresh gets the account back', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('alice')));
    await service.expire();
    await service.sandbox.fault('refresh', { drop_reply: true }, 1);
    const waitMs = trouble(await service.token(jwt('alice')));
    const { access_token: token } = await healed(service, waitMs, 1);
    await assertOneAcceptedUser(service, token);
    assert.equal(await service.sandbox.count('force-refresh'), 1);
  });

  it('that lost the refresh token upstream, force-refresh gets the account back within the same call', async () => {
    await using service = await startService();
    await LEADING_TO['force-refresh'](service);
    const token = tokenOf(await service.token(jwt('alice')));
    assert.deepEqual([token.refreshed, token.integration_status], [true, 'existing']);
    await assertOneAcceptedUser(service, token.access_token);
    assert.deepEqual([await service.sandbox.count('refresh'), await service.sandbox.count('force-refresh')], [1, 1]);
  });

  it('that deleted the user upstream, the user is made anew and the log says so', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('alice'), { cal_email: 'chosen@example.com', timezone: 'Europe/Rome' }));
    const [before] = await service.sandbox.users();
    await service.sandbox.deleteUser(before.id);
    await service.expire();
    const { access_token: token } = tokenOf(await service.token(jwt('alice')));
    await assertOneAcceptedUser(service, token);
    const [after] = await service.sandbox.users();
    assert.notEqual(after.id, before.id);
    assert.deepEqual([after.email, after.time_zone], [`chosen+${CLIENT_ID}@example.com`, 'Europe/Rome']);
    const { json } = await service.call('GET', USER_PATH, { bearer: jwt('alice') });
    assert.equal(json.cal_user_id, after.id);
    const outcomes = service.logs.filter((line) => line.includes('"exchange"')).map((line) => JSON.parse(line).outcome);
    assert.deepEqual(outcomes, ['obtained', 'rejected', 'account_gone', 'obtained']);
    const journal = service.rows('select kind, outcome from exchanges order by id');
    assert.deepEqual(
      journal.map(({ kind, outcome }) => `${kind} ${outcome}`),
      ['provision obtained', 'refresh rejected', 'recover account_gone', 'provision obtained'],
    );
  });

  it('that throttled us, Cal.com is left alone for as long as it asked', async () => {
    await using service = await startService();
    await LEADING_TO.refresh(service);
    await service.sandbox.fault('refresh', { status: 429, headers: { 'Retry-After': '30' } });
    for (let round = 0; round < 5; round += 1) {
      const waitMs = trouble(await service.token(jwt('alice')), 'upstream_throttled');
      assert.ok(waitMs > 20_000 && waitMs <= 30_000, `${waitMs} ms`);
    }
    assert.equal(await service.sandbox.count('refresh'), 1);
  });

  it('that throttles by the real limits of Cal.com, its own count of seconds is passed on', async () => {
    await using service = await startService({ settings: { rate_limit_per_minute: 1 } });
    tokenOf(await service.token(jwt('alice')));
    const waitMs = trouble(await service.token(jwt('bob')), 'upstream_throttled');
    assert.ok(waitMs > 50_000 && waitMs <= 61_000, `${waitMs} ms`);
    tokenOf(await service.token(jwt('alice')));
  });

  it('that repeats, the waits grow and Cal.com is asked less often', async () => {
    await using service = await startService();
    await LEADING_TO.refresh(service);
    await service.sandbox.fault('refresh', { status: 500 });
    const waits = [];
    for (let round = 1; round <= 3; round += 1) {
      const before = await service.sandbox.count('refresh');
      const askedAt = Date.now();
      const answers = await Promise.all(Array.from({ length: 20 }, () => service.token(jwt('alice'))));
      const longest = Math.max(...answers.map((answer) => trouble(answer)));
      const tries = (await service.sandbox.count('refresh')) - before;
      // A busy machine may need longer for twenty callers than the shortest wait.
      assert.ok(tries === 1 || Date.now() - askedAt > 500, `twenty callers, ${tries} tries`);
      waits.push(longest);
      if (round < 3) await sleep(longest);
    }
    assert.ok((waits[2] ?? 0) > (waits[0] ?? 0), waits.join(', '));
  });

  it('of one user, other users are served as ever', async () => {
    await using service = await startService({ env: IMPATIENT });
    tokenOf(await service.token(jwt('bob')));
    await service.sandbox.fault('create', { hang: true });
    const slow = service.token(jwt('alice'));
    tokenOf(await service.token(jwt('bob'), { force_refresh: true }));
    trouble(await slow, 'upstream_slow');
  });

  it('of the deployment’s own secret, the operator is blamed and live tokens are served', async () => {
    await using service = await startService();
    const { access_token: token } = tokenOf(await service.token(jwt('alice')));
    await using wrong = await startService({
      sandbox: service.sandbox,
      databasePath: service.databasePath,
      env: { ...service.env, CAL_COM_CLIENT_SECRET: 'not-the-secret' },
    });
    assert.equal(tokenOf(await wrong.token(jwt('alice'), { force_refresh: true })).access_token, token);
    const answer = await wrong.token(jwt('bob'));
    assert.match(toProblem(answer, 500, 'provider_client_refused').detail, /operator/);
    retryAfterMs(answer);
    assert.ok(!answer.text.includes('not-the-secret'));
    // The grant backs off for up to a second, as after any failure.
    await sleep(1_100);
    assert.equal(
      tokenOf(await service.token(jwt('alice'), { force_refresh: true })).refreshed,
      true,
      'nothing was ended',
    );
    tokenOf(await service.token(jwt('bob')));
  });
});
