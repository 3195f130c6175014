import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linkWords } from '../../src/http/link-words.ts';
import { messagePage, type Message } from '../../src/http/message-page.ts';

const HOSTILE = '"><script>alert(1)</script>';

async function pageOf(message: Partial<Message>): Promise<string> {
  return messagePage({ status: 400, title: 'Title', text: 'Text.', ...message }, 'https://e.example.com').text();
}

describe('a page with a message', () => {
  it('says whose it is, about whom, what and where to go on', async () => {
    const page = await pageOf({
      provider: 'Cronofy',
      next: { label: 'Back to the app', url: 'https://app.example.com/?a=1&b=2' },
      other: { label: 'Begin again', url: '/again' },
    });
    assert.match(page, /<header><span class="brand">Evergrant<\/span> <span>Cronofy<\/span><\/header>/);
    assert.match(page, /<h1>Title<\/h1>\s*<p>Text\.<\/p>/);
    const links = [...page.matchAll(/<a class="([^"]*)" href="([^"]*)">([^<]*)</g)].map(([, ...parts]) => parts);
    assert.deepEqual(links, [
      ['button primary', 'https://app.example.com/?a=1&amp;b=2', 'Back to the app'],
      ['button other', '/again', 'Begin again'],
    ]);
  });

  it('leaves out what it was not given', async () => {
    const page = await pageOf({});
    assert.doesNotMatch(page, /<a |class="steps"|undefined|false/);
  });

  it('escapes whatever it is told', async () => {
    const step = { label: HOSTILE, url: HOSTILE };
    const page = await pageOf({ provider: HOSTILE, title: HOSTILE, text: HOSTILE, next: step, other: step });
    assert.doesNotMatch(page, /<script/);
    assert.equal(page.split('&lt;script&gt;').length - 1, 8);
  });
});

describe('the words for a link that came to nothing', () => {
  const codes = ['access_denied', 'provider_refused', 'link_expired', 'link_failed'] as const;
  for (const code of codes) {
    it(`say something else in the text than in the title: ${code}`, () => {
      for (const provider of [undefined, 'Cronofy']) {
        const { title, text } = linkWords(code, provider);
        assert.doesNotMatch(text, /not linked|nothing was linked/i);
        assert.ok(title.length > 0 && text.length > 0);
        if (provider !== undefined && code !== 'link_expired') assert.equal(title, 'Cronofy was not linked');
      }
    });
  }
});
