import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startOAuth2 } from '../../../src/sandbox/index.ts';
import { Browser } from '../../support/linking/browser.ts';
import { RETURN_URL, startLinkScene } from '../../support/linking/link-scene.ts';
import { httpServer } from '../../support/servers/listening.ts';
import { tokenOf } from '../../support/service/answer.ts';
import { temporaryDirectory } from '../../support/stores/open-test-stores.ts';

/** A service with one defined provider, at a sandbox of its own. */
async function startScene(defined: object = {}, env: Record<string, string> = {}) {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryDirectory());
  const server = started.use(await startOAuth2({ port: 0, host: '127.0.0.1' }));
  const path = join(folder.path, 'providers.json');
  const acme = {
    client_id: 'sandbox-oauth2-client',
    client_secret_env: 'ACME_CLIENT_SECRET',
    token_url: `${server.url}/token`,
    authorize_url: `${server.url}/authorize`,
    account: { url: `${server.url}/userinfo`, id: 'sub' },
    ...defined,
  };
  writeFileSync(path, JSON.stringify({ acme }));
  const secrets = { EVERGRANT_PROVIDERS: path, ACME_CLIENT_SECRET: 'sandbox-oauth2-secret' };
  const scene = started.use(await startLinkScene({ ...secrets, ...env }));
  const parts = started.move();
  return { scene, server, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

describe('a provider that posts the browser back', () => {
  it('is heard: the browser comes again by GET, with its cookie, and only then is anything done', async () => {
    await using all = await startScene();
    const { scene } = all;
    const browser = new Browser();
    const page = await browser.open(await scene.begin('alice', 'acme'), RETURN_URL);
    const stopped = await browser.submit(
      page,
      { account: 'alice', decision: 'allow' },
      `${scene.service.url}/connect/`,
    );
    const { origin, pathname, searchParams } = new URL(stopped.url);
    // A form that another site posts brings no `Lax` cookie.
    const posted = await fetch(origin + pathname, {
      method: 'POST',
      body: new URLSearchParams([...searchParams, ['user', '{"name":"Alice"}']]),
      headers: { origin: 'null' },
      redirect: 'manual',
    });
    assert.equal(posted.status, 303);
    const again = new URL(posted.headers.get('location') ?? '');
    assert.equal(again.origin + again.pathname, origin + pathname);
    assert.deepEqual([...again.searchParams.keys()].sort(), [...searchParams.keys()].sort(), 'and nothing more');
    assert.equal((await new Browser().open(again.href, RETURN_URL)).status, 400, 'no use in another browser');
    const back = new URL((await browser.open(again.href, RETURN_URL)).url);
    const code = back.searchParams.get('evergrant_code');
    assert.equal((await scene.as('alice', 'POST', 'acme/complete/', { code })).status, 200);
    tokenOf(await scene.as('alice', 'POST', 'acme/token/'));
    const log = scene.service.logs.join('\n');
    assert.ok(!log.includes(searchParams.get('code') ?? '') && !log.includes(searchParams.get('state') ?? ''));
  });

  it('leads nowhere else, whatever is posted', async () => {
    await using all = await startScene();
    const { service } = all.scene;
    for (const provider of ['acme', 'nobody', '..%2f..%2fevil']) {
      const answer = await fetch(`${service.url}/connect/${provider}/callback`, {
        method: 'POST',
        body: new URLSearchParams({ state: 's', code: 'c', evergrant_code: 'x', return_to: 'https://evil.example' }),
        redirect: 'manual',
      });
      if (answer.status === 404) continue;
      const { origin, search } = new URL(answer.headers.get('location') ?? '');
      assert.deepEqual([answer.status, origin, search], [303, service.url, '?state=s&code=c']);
    }
  });
});

describe('a redirect URI of one’s own', () => {
  it('is what the provider is told, twice, and leads here', async () => {
    let here = '';
    await using elsewhere = await httpServer((request, response) => {
      const { search } = new URL(request.url ?? '', 'http://x');
      response.writeHead(302, { location: here + search }).end();
    });
    const own = `http://localhost:${elsewhere.port}/old/callback?kept=1`;
    await using all = await startScene({ redirect_uri: own });
    const { scene, server } = all;
    here = `${scene.service.url}/connect/acme/callback`;
    const browser = new Browser();
    const page = await browser.open(await scene.begin('alice', 'acme'), RETURN_URL);
    assert.equal(new URL(page.url).searchParams.get('redirect_uri'), own);
    const back = new URL((await browser.submit(page, { account: 'alice', decision: 'allow' }, RETURN_URL)).url);
    // The sandbox redeems no code with another redirect URI than the page was given.
    const code = back.searchParams.get('evergrant_code');
    const done = await scene.as('alice', 'POST', 'acme/complete/', { code });
    assert.equal(done.status, 200, done.text);
    assert.equal(elsewhere.seen(), 1);
    assert.ok(server.url);
  });
});

describe('an app’s own scheme', () => {
  it('is come back to where it is allowed', async () => {
    const page = 'com.example.app://linked';
    await using all = await startScene(
      {},
      {
        EVERGRANT_RETURN_SCHEMES: 'com.example.app',
        EVERGRANT_RETURN_URLS: `${RETURN_URL},${page}`,
      },
    );
    const { scene } = all;
    const begun = await scene.as('alice', 'POST', 'acme/authorize/', { return_to: page });
    assert.equal(begun.status, 200, begun.text);
    const browser = new Browser();
    const consent = await browser.open(String(begun.json.authorize_url), page);
    const back = await browser.submit(consent, { account: 'alice', decision: 'allow' }, page);
    assert.match(back.url, /^com\.example\.app:\/\/linked\?evergrant_code=[\w-]+&evergrant_provider=acme$/);
    const code = new URL(back.url).searchParams.get('evergrant_code');
    assert.equal((await scene.as('alice', 'POST', 'acme/complete/', { code })).status, 200);
  });
});
