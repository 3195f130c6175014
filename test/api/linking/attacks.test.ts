import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toProblem, retryAfterMs } from '../../support/service/answer.ts';
import { ACCOUNTS, RETURN_URL, startLinkScene, type LinkScene } from '../../support/linking/link-scene.ts';
import { Browser } from '../../support/linking/browser.ts';

/** Nobody is connected, and no code was ever exchanged. */
async function assertNothingLinked(scene: LinkScene): Promise<void> {
  assert.equal(await scene.asked('authorization_code'), 0, 'no code was exchanged');
  assert.deepEqual(scene.service.rows('select subject from connections'), []);
}

/** The address that the provider sends the browser back to, which it has not gone to yet. */
async function callbackOf(scene: LinkScene, browser: Browser, subject = 'alice'): Promise<string> {
  const page = await browser.open(await scene.begin(subject), RETURN_URL);
  const fields = { profile_id: ACCOUNTS.ada, decision: 'allow' };
  const stopped = await browser.submit(page, fields, `${scene.service.url}/connect/`);
  return stopped.url;
}

describe('nobody is linked by', () => {
  it('an attacker’s link that a victim opens: the attacker gets no code, and the victim’s completes nothing', async () => {
    await using scene = await startLinkScene();
    const back = await scene.consent(await scene.begin('mallory'));
    const code = back.searchParams.get('evergrant_code');
    toProblem(await scene.as('victim', 'POST', 'cronofy/complete/', { code }), 400, 'link_code_invalid');
    await assertNothingLinked(scene);
  });

  it('a callback that is opened in another browser', async () => {
    await using scene = await startLinkScene();
    const callback = await callbackOf(scene, new Browser());
    const page = await new Browser().open(callback, RETURN_URL);
    assert.equal(page.status, 400);
    assert.match(page.text, /This link is over/);
    const cookieOfItsOwn = new Browser();
    await callbackOf(scene, cookieOfItsOwn, 'bob');
    assert.equal((await cookieOfItsOwn.open(callback, RETURN_URL)).status, 400);
    await assertNothingLinked(scene);
  });

  it('a state that comes twice, is changed, or is missing', async () => {
    await using scene = await startLinkScene();
    const browser = new Browser();
    const callback = await callbackOf(scene, browser);
    for (const change of ['state', 'none', 'both'] as const) {
      const url = new URL(callback);
      if (change === 'state') url.searchParams.set('state', `${url.searchParams.get('state')?.slice(0, -1) ?? ''}x`);
      if (change === 'none') url.searchParams.delete('state');
      if (change === 'both') url.searchParams.append('state', url.searchParams.get('state') ?? '');
      assert.equal((await browser.open(url.href, RETURN_URL)).status, 400, change);
    }
    assert.ok((await browser.open(callback, RETURN_URL)).url.startsWith(RETURN_URL), 'untouched, it is good');
    assert.equal((await browser.open(callback, RETURN_URL)).status, 400, 'and good once');
    await assertNothingLinked(scene);
  });

  it('a ticket that was used already, or is another word', async () => {
    await using scene = await startLinkScene();
    const url = await scene.begin('alice');
    await scene.consent(url);
    assert.equal((await new Browser().open(url, RETURN_URL)).status, 400);
    assert.equal((await new Browser().open(`${scene.service.url}/connect/nothing`, RETURN_URL)).status, 400);
    await assertNothingLinked(scene);
  });

  it('a completion code that was used, is another’s, another provider’s, or too old', async () => {
    await using scene = await startLinkScene();
    const back = await scene.consent(await scene.begin('alice'));
    const code = back.searchParams.get('evergrant_code');
    for (const wrong of ['', 'x', `${code ?? ''}x`]) {
      const answer = await scene.as('alice', 'POST', 'cronofy/complete/', { code: wrong });
      toProblem(answer, 400, wrong === '' ? 'invalid_request' : 'link_code_invalid');
    }
    toProblem(await scene.as('bob', 'POST', 'cronofy/complete/', { code }), 400, 'link_code_invalid');
    await assertNothingLinked(scene);
    assert.equal((await scene.as('alice', 'POST', 'cronofy/complete/', { code })).status, 200);
    const again = await scene.as('alice', 'POST', 'cronofy/complete/', { code });
    assert.equal(again.status, 200, 'what is done is done');
    toProblem(await scene.as('bob', 'POST', 'cronofy/complete/', { code }), 400, 'link_code_invalid');
    assert.equal(await scene.asked('authorization_code'), 1);
  });

  it('two completions at once: one code, one exchange', async () => {
    await using scene = await startLinkScene();
    const back = await scene.consent(await scene.begin('alice'));
    const code = back.searchParams.get('evergrant_code');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => scene.as('alice', 'POST', 'cronofy/complete/', { code })),
    );
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      toProblem(answer, 500, 'upstream_slow');
      retryAfterMs(answer);
    }
    assert.ok(answers.some(({ status }) => status === 200));
    assert.equal((await scene.as('alice', 'POST', 'cronofy/complete/', { code })).status, 200, 'and come again');
    assert.equal(await scene.asked('authorization_code'), 1);
  });

  it('a page to return to that the operator has not allowed to the letter', async () => {
    await using scene = await startLinkScene();
    for (const url of [
      `${RETURN_URL}/`,
      `${RETURN_URL}&x=1`,
      'http://127.0.0.1:9/linked',
      'https://evil.example/',
      '//evil.example',
      'javascript:alert(1)',
      '',
    ]) {
      const answer = await scene.as('alice', 'POST', 'cronofy/authorize/', { return_to: url });
      toProblem(answer, 400, 'return_to_not_allowed');
    }
    const allowed = await scene.as('alice', 'POST', 'cronofy/authorize/', { return_to: 'http://127.0.0.1:9/other' });
    assert.equal(allowed.status, 200);
  });
});

describe('a user who refuses', () => {
  it('is told so on a page that leads back to the app, and may begin again', async () => {
    await using scene = await startLinkScene();
    const browser = new Browser();
    const page = await browser.open(await scene.begin('alice'), RETURN_URL);
    const refused = await browser.submit(page, { decision: 'deny' }, RETURN_URL);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /You chose not to allow access/);
    assert.match(
      refused.text,
      /href="http:\/\/127\.0\.0\.1:9\/linked\?tab=calendar&amp;evergrant_error=access_denied&amp;evergrant_provider=cronofy"/,
    );
    assert.equal(refused.headers.get('cache-control'), 'no-store');
    assert.doesNotMatch(refused.headers.get('content-security-policy') ?? '', /unsafe/);
    await assertNothingLinked(scene);
    assert.equal((await scene.link('alice')).status, 200);
  });
});
