import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createApp } from '../../../../src/http/app.ts';
import type { HttpServices, HttpSettings } from '../../../../src/http/services.ts';

const PUBLIC_URL = 'https://evergrant.example.com';
const titles = new Map([['cronofy', 'Cronofy']]);

function open(query: string, linkable: readonly string[] = ['cal-com', 'cronofy'], path = '/linked') {
  const settings: Partial<HttpSettings> = { publicUrl: PUBLIC_URL, linkable, titles, corsOrigins: [] };
  return createApp({ settings } as HttpServices).fetch(new Request(`http://x${path}${query}`));
}

/** What a person reads, and what they paste. */
async function read(query: string, linkable?: readonly string[]) {
  const page = await (await open(query, linkable)).text();
  const plain = (html: string) =>
    html
      .replaceAll(/<[^>]*>/g, '')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'");
  const commands = [...page.matchAll(/<pre[^>]*>(.*?)<\/pre>/gs)].map(([, command = '']) => plain(command));
  return { page, title: /<h1>(.*?)<\/h1>/.exec(page)?.[1], text: plain(page).replaceAll(/\s+/g, ' '), commands };
}

describe('the page to come back to', () => {
  it('gives the lines that complete the link and get a token', async () => {
    const { title, text, commands } = await read('?evergrant_code=aB-_9&evergrant_provider=cronofy');
    assert.equal(title, 'Consent given');
    assert.match(text, /Cronofy sent you back with a code/);
    assert.match(text, /same user’s session/);
    assert.deepEqual(commands, [
      [
        `curl -X POST ${PUBLIC_URL}/api/v1/connections/cronofy/complete/ \\`,
        `  -H "Authorization: Bearer $KEY" \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -d '{"code":"aB-_9"}'`,
      ].join('\n'),
      `curl -X POST ${PUBLIC_URL}/api/v1/connections/cronofy/token/ \\\n  -H "Authorization: Bearer $KEY"`,
    ]);
  });

  const failures: [query: string, title: string, text: RegExp, provider: string][] = [
    ['access_denied&evergrant_provider=cronofy', 'Cronofy was not linked', /You chose not to allow access/, 'cronofy'],
    ['access_denied', 'Nothing was linked', /Nothing has changed/, 'cal-com'],
    ['provider_refused&evergrant_provider=acme', 'acme was not linked', /could not ask for your consent/, 'acme'],
    ['link_expired', 'This link is over', /more than ten minutes ago/, 'cal-com'],
  ];
  for (const [query, expected, words, provider] of failures) {
    it(`says what happened, and how to begin again: ${query}`, async () => {
      const { title, text, commands } = await read(`?evergrant_error=${query}`);
      assert.equal(title, expected);
      assert.match(text, words);
      assert.deepEqual(commands, [
        `curl -X POST ${PUBLIC_URL}/api/v1/connections/${provider}/authorize/ \\\n  -H "Authorization: Bearer $KEY"`,
      ]);
    });
  }

  const odd = [
    '',
    '?evergrant_code=a',
    '?evergrant_provider=cronofy',
    '?evergrant_code=&evergrant_provider=cronofy',
    '?evergrant_code=ev1l&evergrant_code=ev2l&evergrant_provider=cronofy',
    '?evergrant_code=ev1l&evergrant_provider=a&evergrant_provider=b',
    `?evergrant_code=${'e'.repeat(256)}&evergrant_provider=cronofy`,
    `?evergrant_code=ev1l&evergrant_provider=${'p'.repeat(33)}`,
    `?evergrant_code=${encodeURIComponent(`ev1l'; reboot; '`)}&evergrant_provider=cronofy`,
    `?evergrant_code=ev1l%0a&evergrant_provider=cronofy`,
    `?evergrant_code=ev1l&evergrant_provider=${encodeURIComponent('<img src=ev1l>')}`,
    '?evergrant_code=ev1l&evergrant_provider=../admin',
    '?evergrant_error=ev1l',
    `?evergrant_error=${encodeURIComponent('<b>ev1l')}&evergrant_provider=cronofy`,
  ];
  for (const query of odd) {
    it(`repeats nothing of what it did not write: ${query.slice(0, 60)}`, async () => {
      const { title, page, commands } = await read(query);
      assert.equal(title, 'No link under way');
      assert.doesNotMatch(page, /ev1l|<img|<b>|reboot/);
      assert.equal(commands.length, 1);
    });
  }

  it('offers nothing to paste where no provider can be linked', async () => {
    assert.deepEqual((await read('', [])).commands, []);
  });

  it('runs nothing, is kept nowhere, and tells nobody its address, which holds the code', async () => {
    const { status, headers } = await open('?evergrant_code=a&evergrant_provider=cronofy');
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'self';/);
    const { page } = await read('?evergrant_code=a&evergrant_provider=cronofy');
    assert.doesNotMatch(page, /<script|<style|\sstyle=|\son[a-z]+=/);
  });
});

describe('the address alone', () => {
  it('leads to the reference', async () => {
    const { status, headers } = await open('', [], '/');
    assert.deepEqual([status, headers.get('location')], [302, `${PUBLIC_URL}/docs`]);
  });
});
