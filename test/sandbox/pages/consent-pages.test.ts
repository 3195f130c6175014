import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { REDIRECT_URI, startOAuthForTest } from '../../support/sandbox/cal-com-oauth.ts';
import { pageUrl } from '../../support/sandbox/oauth-2-consent.ts';
import { seeded, startForTest as startCronofyForTest } from '../../support/sandbox/test-cronofy.ts';
import { startForTest as startOAuth2ForTest } from '../../support/sandbox/test-oauth-2.ts';

/** The hash of the page's own style, as a policy writes it. */
function styleHash(page: string): string {
  const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
  return `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
}

describe('the pages for consent', () => {
  it('look alike, and let no style in but their own', async () => {
    await using calCom = await startOAuthForTest();
    await using cronofy = await startCronofyForTest();
    await using oauth2 = await startOAuth2ForTest();
    const { text, headers } = await cronofy.browser().open();
    const pages = [{ page: text, policy: headers.get('content-security-policy') }];
    for (const url of [calCom.pageUrl(), pageUrl(oauth2), calCom.pageUrl({ client_id: 'nobody' })]) {
      const answer = await fetch(url);
      pages.push({ page: await answer.text(), policy: answer.headers.get('content-security-policy') });
    }
    for (const { page, policy } of pages) {
      assert.equal(policy, `default-src 'none'; style-src ${styleHash(page)}; base-uri 'none'; frame-ancestors 'none'`);
      assert.match(page, /<span class="badge">Sandbox<\/span>/);
      assert.equal(page.match(/<h1>/g)?.length, 1);
      assert.doesNotMatch(page, /<script|\sstyle=|\son[a-z]+=/);
    }
  });

  it('has words for scopes, and shows those that nobody has words for as they are', async () => {
    await using calCom = await startOAuthForTest();
    const scope = 'PROFILE_READ TEAM_BOOKING_WRITE READ_BOOKING';
    const legacy = { client_id: 'sandbox-cal-oauth-legacy', redirect_uri: REDIRECT_URI };
    const cal = await (await fetch(calCom.pageUrl({ ...legacy, scope }))).text();
    assert.match(cal, /<span>See your profile<\/span> <code>PROFILE_READ<\/code>/);
    assert.match(cal, /<span>Change bookings of your teams<\/span> <code>TEAM_BOOKING_WRITE<\/code>/);
    assert.match(cal, /<li><code>READ_BOOKING<\/code><\/li>/);

    await using cronofy = await startCronofyForTest();
    const { text } = await cronofy
      .browser()
      .open({ scope: 'constructor read_events', delegated_scope: 'create_event' });
    assert.match(text, /<li><code>constructor<\/code><\/li>/);
    assert.match(text, /<span>See your events<\/span> <code>read_events<\/code>/);
    assert.match(text, /<span>Add and change events<\/span> <code>create_event<\/code>/);
  });

  it('tells before the choice that whatever is chosen is linked to another account', async () => {
    await using cronofy = await startCronofyForTest();
    const browser = cronofy.browser();
    assert.doesNotMatch((await browser.open()).text, /class="notice"/);
    await browser.allow(1);
    const { text } = await browser.open();
    const [notice, choice] = [text.indexOf('linked to the account of ada@example.com'), text.indexOf('<fieldset>')];
    assert.ok(notice > 0 && notice < choice, `${notice} ${choice}`);
    assert.match(text, new RegExp(`value="${seeded(2).profileId}"`));
  });
});
