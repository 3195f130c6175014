import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startCalCom, startCronofy, startOAuth2 } from '../../src/sandbox/index.ts';
import { faintTexts } from './faint-texts.ts';
import { openBrowser, withoutBrowser } from './open-browser.ts';

// What a page itself has; the compiler knows Node alone.
declare const document: any;
declare const getComputedStyle: any;

const PHONE = { width: 390, height: 844 };
const REDIRECT_URI = 'http://localhost:3000/callback';
const TOKENS = { redirect_uri: REDIRECT_URI, response_type: 'code' };

describe('the pages for consent in a browser', { skip: withoutBrowser }, () => {
  let browser: Browser;
  let sandboxes: AsyncDisposableStack;
  let urls: Record<'cronofy' | 'calCom' | 'oauth2' | 'dismissed', string>;

  before(async () => {
    sandboxes = new AsyncDisposableStack();
    const address = { port: 0, host: '127.0.0.1' };
    const cronofy = sandboxes.use(await startCronofy(address));
    const calCom = sandboxes.use(await startCalCom(address));
    const oauth2 = sandboxes.use(await startOAuth2(address));
    const asked = (client: string, scope: string) =>
      new URLSearchParams({ ...TOKENS, client_id: client, scope }).toString();
    urls = {
      cronofy: `${cronofy.url}/oauth/authorize?${asked('sandbox-cronofy-client', 'read_account a_scope_nobody_knows')}`,
      calCom: `${calCom.url}/auth/oauth2/authorize?${asked('sandbox-cal-oauth-client', 'TEAM_MEMBERSHIP_READ PROFILE_READ')}`,
      oauth2: `${oauth2.url}/authorize?${asked('sandbox-oauth2-client', 'openid email')}`,
      dismissed: `${calCom.url}/auth/oauth2/authorize?${asked('nobody', '')}`,
    };
    browser = await openBrowser();
  });

  after(async () => {
    await browser.close();
    await sandboxes.disposeAsync();
  });

  /** A page whose way back to the app is cut short. */
  async function opened(colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const page = await browser.newPage({ viewport: PHONE, colorScheme });
    await page.route(`${REDIRECT_URI}**`, (route) => route.fulfill({ body: 'Back' }));
    return page;
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`are readable and no wider than a phone when ${colorScheme}`, async () => {
      const page = await opened(colorScheme);
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      for (const [name, url] of Object.entries(urls)) {
        await page.goto(url);
        assert.deepEqual(await page.evaluate(faintTexts), [], name);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.width, name);
      }
      // The page for a request that goes nowhere is a 404, which the console notes.
      assert.deepEqual(
        complaints.filter((each) => !each.includes('status of 404')),
        [],
      );
      await page.close();
    });
  }

  it('take a tap anywhere on a row for its account, and give the buttons the whole width', async () => {
    const page = await opened();
    await page.goto(urls.cronofy);
    const row = page.locator('label', { hasText: 'Ben Brook' });
    const { width = 0, height = 0 } = (await row.boundingBox()) ?? {};
    await row.click({ position: { x: width - 4, y: height - 4 } });
    assert.equal(await page.getByRole('radio', { name: /ben@example\.com/ }).isChecked(), true);
    const button = await page.getByRole('button', { name: 'Allow' }).boundingBox();
    assert.equal(button?.width, await page.locator('form').evaluate((form) => form.clientWidth));
    await page.close();
  });

  it('can be used by the keyboard alone, and show where it is', async () => {
    const page = await opened();
    await page.goto(urls.calCom);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    const row = page.locator('label', { hasText: 'Ben Booker' });
    assert.equal(await page.getByRole('radio', { name: /ben@example\.org/ }).isChecked(), true);
    assert.equal(await row.evaluate((element) => getComputedStyle(element).outlineStyle), 'solid');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Back').waitFor();
    assert.ok(new URL(page.url()).searchParams.has('code'));
    await page.close();
  });
});
