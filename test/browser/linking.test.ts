import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { tokenOf } from '../support/service/answer.ts';
import { startLinkScene, type LinkScene } from '../support/linking/link-scene.ts';
import { openBrowser, withoutBrowser } from './open-browser.ts';

/** A page of an app, which users come back to. */
async function startApp(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>The app</title><h1>Welcome back</h1>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/linked`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the account's label holds, on the page of each provider. */
const ACCOUNT = { cronofy: /ada@example\.com/, 'cal-com': /alma@example\.org/ } as const;

async function consent(page: Page, provider: keyof typeof ACCOUNT): Promise<URL> {
  await page.getByRole('radio', { name: ACCOUNT[provider] }).check();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  return new URL(page.url());
}

async function complete(scene: LinkScene, provider: string, back: URL): Promise<void> {
  assert.equal(back.searchParams.get('evergrant_provider'), provider);
  const code = back.searchParams.get('evergrant_code');
  const { status, text } = await scene.as('alice', 'POST', `${provider}/complete/`, { code });
  assert.equal(status, 200, text);
}

describe('a person in a browser', { skip: withoutBrowser }, () => {
  let browser: Browser;

  before(async () => {
    browser = await openBrowser();
  });

  after(async () => {
    await browser.close();
  });

  it('links Cal.com and Cronofy, refuses once, comes back, and has a live token of both', async () => {
    await using app = await startApp();
    await using scene = await startLinkScene({ EVERGRANT_RETURN_URLS: app.url });
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));

    await page.goto(await scene.begin('alice', 'cronofy'));
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('heading', { name: 'Cronofy was not linked' }).waitFor();
    assert.equal(await page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth"), '416px', 'styled');
    await page.getByRole('link', { name: 'Back to the app' }).click();
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get('evergrant_error'), 'access_denied');

    for (const provider of ['cronofy', 'cal-com'] as const) {
      await page.goto(await scene.begin('alice', provider));
      await complete(scene, provider, await consent(page, provider));
      tokenOf(await scene.as('alice', 'POST', `${provider}/token/`));
    }
    const { json } = await scene.as('alice', 'GET', '');
    assert.deepEqual(
      json.connections.map((each: any) => [each.provider, each.status]),
      [
        ['cronofy', 'active'],
        ['cal-com', 'active'],
      ],
    );
    // What is refused is a 400, which the console notes; an icon is asked for by itself.
    assert.deepEqual(
      complaints.filter((each) => !/status of 40[04]/.test(each)),
      [],
    );
  });

  it('who opens somebody’s link a second time is told that it is over', async () => {
    await using app = await startApp();
    await using scene = await startLinkScene({ EVERGRANT_RETURN_URLS: app.url });
    const url = await scene.begin('alice', 'cronofy');
    const page = await browser.newPage();
    await page.goto(url);
    await consent(page, 'cronofy');
    const other = await browser.newPage();
    await other.goto(url);
    await other.getByRole('heading', { name: 'This link is over' }).waitFor();
  });
});
