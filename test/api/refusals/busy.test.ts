import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { retryAfterMs, toProblem, tokenOf } from '../../support/service/answer.ts';
import { Browser } from '../../support/linking/browser.ts';
import { jwt } from '../../support/service/credentials.ts';
import { startAnsweringScene, type AnsweringScene } from '../../support/service/answering-scene.ts';
import { httpAnswer, type RawAnswer } from '../../support/service/answering-server.ts';
import { startService, type Service } from '../../support/service/start-service.ts';

const LINKABLE = { authorize_url: '{at}/authorize', account: { url: '{at}/me', id: 'id' } };
const OK = { access_token: 'at-1', refresh_token: 'rt-1', token_type: 'Bearer', expires_in: 3600 };
const NOT_FOUND = 'Cannot POST /v2/somewhere';

/** Has a user consent; what it gives completes the link, and may be called again. */
async function consented(scene: AnsweringScene, name: string, answers: readonly RawAnswer[]) {
  scene.server.answer(`code-${name}`, ...answers);
  scene.server.answer('/x/authorize', ({ url }) => {
    const back = new URL(url.searchParams.get('redirect_uri') ?? '');
    back.searchParams.set('code', `code-${name}`);
    back.searchParams.set('state', url.searchParams.get('state') ?? '');
    return httpAnswer('', { status: 302, headers: { location: back.href } });
  });
  const { json } = await scene.as(name, 'POST', 'x/authorize/');
  const back = new URL((await new Browser().open(String(json.authorize_url), 'http://127.0.0.1:9/')).url);
  const code = back.searchParams.get('evergrant_code') ?? '';
  return () => scene.as(name, 'POST', 'x/complete/', { code });
}

function refusing(error: string, status = 400) {
  return httpAnswer({ error }, { status });
}

describe('a client that is refused for one grant', { concurrency: 4 }, () => {
  for (const [error, status] of [
    ['unauthorized_client', 400],
    ['unauthorized_client', 403],
    ['invalid_client', 401],
  ] as const) {
    it(`by ${error} with ${status} does not keep the others from their tokens`, async () => {
      await using scene = await startAnsweringScene();
      scene.server.answer('/x/token', httpAnswer(OK));
      toProblem(await scene.refreshed('bad', [refusing(error, status)]), 500, 'provider_client_refused');
      assert.equal(tokenOf(await scene.refreshed('good', [httpAnswer(OK)])).access_token, 'at-1');
      toProblem(await scene.token('bad'), 500, 'provider_client_refused');
    });
  }

  it('five times over, where the provider accepts the client, keeps nobody from their tokens', async () => {
    await using scene = await startAnsweringScene();
    scene.server.answer('/x/token', refusing('invalid_grant'));
    for (let grant = 0; grant < 5; grant += 1) {
      const answer = await scene.refreshed(`bad-${grant}`, [refusing('unauthorized_client')]);
      toProblem(answer, 500, 'provider_client_refused');
    }
    tokenOf(await scene.refreshed('good', [httpAnswer(OK)]));
  });

  it('rests as after any failure, and is tried again', async () => {
    await using scene = await startAnsweringScene();
    const answers = [refusing('unauthorized_client'), httpAnswer(OK)];
    toProblem(await scene.refreshed('bad', answers), 500, 'provider_client_refused');
    retryAfterMs(await scene.token('bad'));
    await sleep(1_100);
    tokenOf(await scene.token('bad'));
  });
});

describe('a client that is refused altogether', () => {
  it('is asked about once, and nobody else is tried', async () => {
    await using scene = await startAnsweringScene();
    scene.server.answer('/x/token', refusing('invalid_client', 401));
    for (let grant = 0; grant < 6; grant += 1) {
      const answer = await scene.refreshed(`user-${grant}`, [refusing('invalid_client', 401)]);
      toProblem(answer, 500, 'provider_client_refused');
      retryAfterMs(answer);
    }
    assert.equal(scene.server.requests.length, 2, 'one grant, and the client by itself');
  });

  it('in trouble that tells nothing of it, is tried by three grants and no more', async () => {
    await using scene = await startAnsweringScene();
    for (let grant = 0; grant < 6; grant += 1) {
      const answer = await scene.refreshed(`user-${grant}`, [refusing('invalid_client', 401)]);
      toProblem(answer, 500, 'provider_client_refused');
    }
    const asked = scene.server.requests.filter(({ fields }) => fields['refresh_token']?.startsWith('rt-') === true);
    assert.equal(asked.length, 3);
  });
});

describe('Retry-After', { concurrency: 4 }, () => {
  for (const status of [400, 403, 500, 502, 503]) {
    it(`counts with ${status}, for this grant alone`, async () => {
      await using scene = await startAnsweringScene();
      const busy = httpAnswer({ error: 'busy' }, { status, headers: { 'retry-after': '120' } });
      const waitMs = retryAfterMs(await scene.refreshed('waiting', [busy]));
      assert.ok(waitMs > 100_000 && waitMs <= 120_000, `${waitMs} ms`);
      const again = await scene.token('waiting');
      toProblem(again, 500, 'upstream_unavailable');
      assert.ok(retryAfterMs(again) > 100_000);
      assert.equal(scene.server.requests.length, 1);
      tokenOf(await scene.refreshed('other', [httpAnswer(OK)]));
    });
  }

  it('of a 503 to a code is what a completion waits for, and the same code is redeemed then', async () => {
    await using scene = await startAnsweringScene({ x: LINKABLE });
    scene.server.answer('/x/me', httpAnswer({ id: 1 }));
    const busy = httpAnswer('', { status: 503, headers: { 'retry-after': '1' } });
    const complete = await consented(scene, 'late', [busy, httpAnswer(OK)]);
    const first = await complete();
    toProblem(first, 500, 'upstream_unavailable');
    assert.equal(retryAfterMs(first), 1_000);
    await sleep(1_100);
    assert.equal((await complete()).status, 200);
    const codes = scene.server.requests.map(({ fields }) => fields['code']).filter((code) => code !== undefined);
    assert.deepEqual(codes, ['code-late', 'code-late']);
    tokenOf(await scene.token('late'));
  });

  for (const status of [500, 502, 504]) {
    it(`a ${status} to a code may have spent it, so it is not presented again`, async () => {
      await using scene = await startAnsweringScene({ x: LINKABLE });
      const answers = [httpAnswer('', { status, headers: { 'retry-after': '1' } }), httpAnswer(OK)];
      const complete = await consented(scene, 'spent', answers);
      toProblem(await complete(), 400, 'link_failed');
      toProblem(await complete(), 400, 'link_code_invalid');
    });
  }
});

describe('a URL of Cal.com that nobody serves', { concurrency: 2 }, () => {
  const envelope = (status: number, message: string) => ({
    status,
    body: { status: 'error', error: { code: 'NotFoundException', message, details: { message, statusCode: status } } },
  });
  const everywhere = (service: Service, fault: object) =>
    service.sandbox.control('POST', '/faults', { match: { path: '/v2/*' }, fault });

  for (const [name, fault] of [
    ['a 404', envelope(404, NOT_FOUND)],
    ['a 410', envelope(410, 'Gone')],
    ['a bare 404', { status: 404, body: { message: NOT_FOUND, error: 'Not Found', statusCode: 404 } }],
  ] as const) {
    it(`(${name}) blames no client, for a new user`, async () => {
      await using service = await startService();
      await everywhere(service, fault);
      const answer = await service.token(jwt('alice'));
      toProblem(answer, 500, 'upstream_unavailable');
      retryAfterMs(answer);
      await service.sandbox.clearFaults();
      await sleep(1_100);
      tokenOf(await service.token(jwt('alice')));
    });

    it(`(${name}) ends no token of a known one`, async () => {
      await using service = await startService();
      tokenOf(await service.token(jwt('alice')));
      await service.expire('here');
      await everywhere(service, fault);
      toProblem(await service.token(jwt('alice')), 500, 'upstream_unavailable');
      await service.sandbox.clearFaults();
      await sleep(1_100);
      tokenOf(await service.token(jwt('alice')));
      assert.equal(await service.sandbox.count('force-refresh'), 0, 'the refresh token is still good');
    });
  }
});
