import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LINK_MESSAGES } from '../../../../src/grants/linking/link-error.ts';
import { BROWSER_LINK_ERRORS, linkTitle } from '../../../../src/http/pages/link-title.ts';
import { messagePage, type Message } from '../../../../src/http/pages/message.ts';

const HOSTILE = '"><script>alert(1)</script>';

function pageOf(message: Partial<Message>): string {
  return messagePage({ status: 400, title: 'Title', text: 'Text.', ...message }, 'https://e.example.com').body;
}

describe('a page with a message', () => {
  it('says whose it is, about whom, what and where to go on', () => {
    const page = pageOf({
      provider: 'Cronofy',
      next: { label: 'Back to the app', url: 'https://app.example.com/?a=1&b=2' },
    });
    assert.match(page, /<header><span class="brand">Evergrant<\/span> <span>Cronofy<\/span><\/header>/);
    assert.match(page, /<h1>Title<\/h1>\s*<p>Text\.<\/p>/);
    const links = [...page.matchAll(/<a class="([^"]*)" href="([^"]*)">([^<]*)</g)].map(([, ...parts]) => parts);
    assert.deepEqual(links, [['button', 'https://app.example.com/?a=1&amp;b=2', 'Back to the app']]);
  });

  it('leaves out what it was not given', () => {
    const page = pageOf({});
    assert.doesNotMatch(page, /<a |undefined|false/);
  });

  it('escapes whatever it is told', () => {
    const step = { label: HOSTILE, url: HOSTILE };
    const page = pageOf({ provider: HOSTILE, title: HOSTILE, text: HOSTILE, next: step });
    assert.doesNotMatch(page, /<script/);
    assert.equal(page.split('&lt;script&gt;').length - 1, 6);
  });
});

describe('the words for a link that came to nothing', () => {
  for (const code of [...BROWSER_LINK_ERRORS, 'link_failed'] as const) {
    it(`say something else in the text than in the title: ${code}`, () => {
      assert.doesNotMatch(LINK_MESSAGES[code], /not linked|nothing was linked/i);
      assert.equal(
        linkTitle(code, 'Cronofy'),
        code === 'link_expired' ? 'This link is over' : 'Cronofy was not linked',
      );
      assert.equal(linkTitle(code, undefined), code === 'link_expired' ? 'This link is over' : 'Nothing was linked');
    });
  }
});
