import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { createApp } from '../../src/http/app.ts';
import { listen, type Listening } from '../../src/http/server/serve.ts';
import type { HttpServices, HttpSettings } from '../../src/http/services.ts';
import { faintTexts } from './faint-texts.ts';
import { openBrowser, withoutBrowser } from './open-browser.ts';

// What the page itself has; the compiler knows Node alone.
declare const document: any;
declare const getComputedStyle: any;

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const settings: HttpSettings = {
  publicUrl: 'https://evergrant.example.com',
  corsOrigins: [],
  version: '0.0.0-test',
  providers: [],
  linkable: [],
  provisioned: [],
  titles: new Map(),
  returnUrls: [],
  bookings: {
    provider: 'cal',
    mode: 'managed',
    calClientId: 'client',
    calApiUrl: 'https://api.cal.com/v2',
    calAppUrl: 'https://app.cal.com',
  },
};

describe('the API reference in a browser', { skip: withoutBrowser }, () => {
  let server: Listening;
  let browser: Browser;

  before(async () => {
    server = await listen({ host: '127.0.0.1', port: 0 });
    // The page is made of the settings alone: no other service is ever asked.
    server.serve(createApp({ settings } as HttpServices));
    browser = await openBrowser();
  });

  after(async () => {
    await browser.close();
    await server.close();
  });

  async function opened(viewport: { width: number; height: number }): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport, colorScheme: 'light' });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    await page.goto(`${server.url}/docs`);
    return { page, complaints };
  }

  it('is styled, under the real policy and without a complaint', async () => {
    const { page, complaints } = await opened(DESKTOP);
    assert.equal(await page.locator('h1').textContent(), 'Evergrant');
    assert.equal(await page.locator('.side').evaluate((side) => getComputedStyle(side).position), 'sticky');
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('is under a policy that lets no script run', async () => {
    const { page, complaints } = await opened(DESKTOP);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "run"';
      document.body.append(script);
    });
    assert.notEqual(await page.title(), 'run');
    assert.match(complaints.join('\n'), /Content Security Policy/);
    await page.close();
  });

  it('leads from the contents to every part', async () => {
    const { page } = await opened(DESKTOP);
    const links = page.locator('nav a');
    assert.ok((await links.count()) >= 10);
    for (const link of await links.all()) {
      const anchor = (await link.getAttribute('href')) ?? '';
      await link.click();
      assert.ok(page.url().endsWith(anchor), anchor);
      const target = page.locator(anchor);
      assert.equal(await target.count(), 1, anchor);
      const top = await target.evaluate((element) => element.getBoundingClientRect().top);
      assert.ok(top >= -1 && top < DESKTOP.height, `${anchor} is at ${top}`);
    }
    await page.close();
  });

  it('has a target for every link inside the page, and no anchor twice', async () => {
    const { page } = await opened(DESKTOP);
    const { ids, anchors } = await page.evaluate(() => ({
      ids: [...document.querySelectorAll('[id]')].map((element: any) => element.id),
      anchors: [...document.querySelectorAll('a[href^="#"]')].map((link: any) => link.getAttribute('href')?.slice(1)),
    }));
    assert.deepEqual(
      anchors.filter((anchor) => anchor === undefined || !ids.includes(anchor)),
      [],
    );
    assert.equal(new Set(ids).size, ids.length);
    await page.close();
  });

  it('lets the keyboard skip the contents', async () => {
    const { page } = await opened(DESKTOP);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'content');
    await page.close();
  });

  it('folds the contents on a phone, for the title to be seen first, and never where there is room', async () => {
    const { page } = await opened(PHONE);
    const link = page.locator('nav a').first();
    assert.equal(await link.isVisible(), false);
    const top = await page.locator('h1').evaluate((title) => title.getBoundingClientRect().top);
    assert.ok(top < PHONE.height / 4, `the title is at ${top}`);
    await page.getByText('Contents', { exact: true }).click();
    await link.click();
    assert.ok(page.url().endsWith('#authentication'));
    await page.setViewportSize(DESKTOP);
    await page.reload();
    assert.equal(await link.isVisible(), true);
    assert.equal(await page.getByText('Contents', { exact: true }).isVisible(), false);
    await page.close();
  });

  it('scrolls in one direction on a phone; wide tables scroll by themselves', async () => {
    const { page } = await opened(PHONE);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(width, PHONE.width);
    await page.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has readable text everywhere when ${colorScheme}`, async () => {
      const { page } = await opened(DESKTOP);
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await page.evaluate(faintTexts), []);
      await page.close();
    });
  }
});
