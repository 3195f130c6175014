import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toProblem, retryAfterMs, tokenOf } from '../../support/service/answer.ts';
import { startLinkScene, type LinkScene } from '../../support/linking/link-scene.ts';

const TOKEN = { method: 'POST', path: '/oauth/token' };
const USERINFO = { method: 'GET', path: '/v1/userinfo' };

async function consented(scene: LinkScene): Promise<(code?: string) => ReturnType<LinkScene['as']>> {
  const back = await scene.consent(await scene.begin('alice'));
  const code = back.searchParams.get('evergrant_code') ?? '';
  return () => scene.as('alice', 'POST', 'cronofy/complete/', { code });
}

describe('completing a link', () => {
  it('that is throttled may be sent again, with the same code', async () => {
    await using scene = await startLinkScene();
    const complete = await consented(scene);
    await scene.control('POST', '/faults', { match: TOKEN, times: 1, fault: { status: 429 } });
    retryAfterMs(await complete());
    assert.equal((await complete()).status, 200);
    tokenOf(await scene.as('alice', 'POST', 'cronofy/token/'));
  });

  it('whose account cannot be read yet may be sent again, and spends the code once', async () => {
    await using scene = await startLinkScene();
    const complete = await consented(scene);
    await scene.control('POST', '/faults', { match: USERINFO, times: 1, fault: { status: 503 } });
    retryAfterMs(await complete());
    assert.equal((await complete()).status, 200);
    assert.equal(await scene.asked('authorization_code'), 1);
  });

  it('whose answer is lost must be begun anew, as the code is spent perhaps', async () => {
    await using scene = await startLinkScene();
    const complete = await consented(scene);
    await scene.control('POST', '/faults', { match: TOKEN, times: 1, fault: { drop_reply: true } });
    toProblem(await complete(), 400, 'link_failed');
    toProblem(await complete(), 400, 'link_code_invalid');
    assert.equal(await scene.asked('authorization_code'), 1);
    assert.equal((await scene.link('alice')).status, 200);
  });

  it('with the wrong secret blames the operator, and may be sent again', async () => {
    await using scene = await startLinkScene({ CRONOFY_CLIENT_SECRET: 'not-the-secret' });
    const complete = await consented(scene);
    const answer = await complete();
    assert.match(toProblem(answer, 500, 'provider_client_refused').detail, /operator/);
    assert.ok(!answer.text.includes('not-the-secret'));
    toProblem(await complete(), 500, 'provider_client_refused');
  });

  it('leaves no secret in the log', async () => {
    await using scene = await startLinkScene();
    const complete = await consented(scene);
    await scene.control('POST', '/faults', { match: USERINFO, times: 1, fault: { status: 503 } });
    await complete();
    await complete();
    const { access_token: token } = tokenOf(await scene.as('alice', 'POST', 'cronofy/token/'));
    const log = scene.service.logs.join('\n');
    for (const secret of [token, 'sandbox-cronofy-secret', 'evergrant_code']) assert.ok(!log.includes(secret));
    assert.doesNotMatch(log, /\/connect\/[\w-]{43}/);
  });
});
