import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createApp } from '../../../../../src/http/app.ts';
import { docsPage, docsStyle, type ApiDescription } from '../../../../../src/http/pages/docs/page.ts';
import type { HttpServices, HttpSettings } from '../../../../../src/http/services.ts';

const settings: HttpSettings = {
  publicUrl: 'https://evergrant.example.com',
  corsOrigins: [],
  version: '1.2.3-test',
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

/** The document that is really served; it is made of the settings alone. */
async function servedDocument(): Promise<any> {
  const answer = await createApp({ settings } as HttpServices).fetch(new Request('http://x/openapi.json'));
  return await answer.json();
}

/** What a person reads of the page. */
function textOf(page: string): string {
  const text = page.replaceAll(/<wbr>/g, '').replaceAll(/<[^>]*>/g, ' ');
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');
}

/** A path as it stands in a curl line, for which braces are a pattern. */
function filledIn(path: string): string {
  return path.replace('{provider}', 'cronofy');
}

/** The part of the page about one operation. */
function articleOf(page: string, id: string): string {
  const start = page.indexOf(`<article class="operation" id="${id}"`);
  assert.notEqual(start, -1, id);
  return page.slice(start, page.indexOf('</article>', start));
}

/** A document with one operation, whatever it is. */
function withOperation(operation: object, rest: Partial<ApiDescription> = {}): ApiDescription {
  return {
    info: { title: 'Test', version: '1' },
    servers: [{ url: 'https://api.example.com' }],
    paths: { '/things/': { post: { operationId: 'make', summary: 'Make', ...operation } } },
    ...rest,
  };
}

function withBody(schema: object, schemas: object = {}): ApiDescription {
  const requestBody = { content: { 'application/json': { schema } } };
  return withOperation({ requestBody }, { components: { schemas: { ...schemas } } });
}

describe('the API reference of what is served', () => {
  it('says what it is, where it is served and where machines read it', async () => {
    const page = docsPage(await servedDocument());
    assert.match(page, /^<!doctype html>/);
    assert.match(page, /<h1[^>]*>Evergrant<\/h1>/);
    assert.match(textOf(page), /1\.2\.3-test/);
    assert.match(textOf(page), /https:\/\/evergrant\.example\.com/);
    assert.match(page, /<a href="\/openapi\.json">/);
  });

  it('has every operation, with its path, its words, its statuses and its curl line', async () => {
    const document = await servedDocument();
    const page = docsPage(document);
    let count = 0;
    for (const [path, item] of Object.entries<any>(document.paths)) {
      for (const [method, operation] of Object.entries<any>(item)) {
        const article = textOf(articleOf(page, `op-${operation.operationId}`));
        const words = [method.toUpperCase(), path, operation.summary, ...Object.keys(operation.responses)];
        const plain = (operation.description ?? '').replaceAll('`', '').slice(0, 12);
        for (const word of [...words, plain, `https://evergrant.example.com${filledIn(path)}'`]) {
          assert.ok(article.includes(word), `${path}: ${word}`);
        }
        assert.ok(page.includes(`<a href="#op-${operation.operationId}">`), `${path} is in the contents`);
        count += 1;
      }
    }
    assert.ok(count >= 6);
  });

  it('has every field of every body and answer, and every parameter', async () => {
    const document = await servedDocument();
    const text = docsPage(document);
    for (const [name, schema] of Object.entries<any>(document.components.schemas)) {
      for (const [field, { description }] of Object.entries<any>(schema.properties)) {
        assert.match(text, new RegExp(`<code>([a-z_[\\]]+\\.)?${field}</code>`), `${name}.${field}`);
        if (description !== undefined) assert.ok(textOf(text).includes(description.split('`')[0]), description);
      }
    }
    assert.match(textOf(articleOf(text, 'op-token-refresh-create')), /Evergrant-Subject header, string , optional/);
  });

  it('has every way to authenticate, and says at each operation which it takes', async () => {
    const document = await servedDocument();
    const page = docsPage(document);
    for (const name of Object.keys(document.components.securitySchemes)) {
      assert.ok(page.includes(`<code id="credential-${name.toLowerCase()}">${name}</code>`), name);
    }
    assert.match(textOf(page), /X-API-Key: \$TOKEN/);
    assert.match(articleOf(page, 'op-token-refresh-create'), /href="#credential-bearer".*href="#credential-apikey"/s);
    assert.match(articleOf(page, 'op-bookings-atoms-refresh'), /href="#credential-calaccesstoken"/);
    assert.match(textOf(articleOf(page, 'op-health')), /Anybody, without credentials/);
  });

  it('shows the fields of a problem once, and leads there from every error', async () => {
    const page = docsPage(await servedDocument());
    assert.equal(page.split('<h3 id="problem-problem">').length - 1, 1);
    assert.equal(page.split('<code>errors[].message</code>').length - 1, 1);
    assert.match(articleOf(page, 'op-token-refresh-create'), /401.*<a href="#problem-problem">Problem<\/a>/s);
  });

  it('is the same page every time', async () => {
    assert.equal(docsPage(await servedDocument()), docsPage(await servedDocument()));
  });

  it('brings nothing that its content security policy forbids', async () => {
    const page = docsPage(await servedDocument());
    assert.doesNotMatch(page, /<script|<style|<img|\sstyle=|\son[a-z]+=|javascript:/i);
    assert.deepEqual(page.match(/<link [^>]*>/g), ['<link rel="stylesheet" href="/docs/style.css">']);
    assert.doesNotMatch(docsStyle, /url\(|@import/);
    assert.match(docsStyle, /prefers-color-scheme: dark/);
  });
});

describe('the API reference', () => {
  it('escapes whatever the document says, wherever it says it', () => {
    const hostile = "\"><script>alert(1)</script><img src=x onerror='alert(2)'> `<b>code</b>`";
    const schema = {
      type: 'object',
      properties: { [hostile]: { type: hostile, description: hostile, default: hostile } },
    };
    const content = { 'application/json': { schema } };
    const problem = {
      content: { 'application/problem+json': { schema: { $ref: `#/components/schemas/${hostile}` } } },
    };
    const page = docsPage({
      info: { title: hostile, version: hostile, description: hostile },
      servers: [{ url: hostile }],
      tags: [{ name: hostile, description: hostile }],
      paths: {
        [hostile]: {
          post: {
            operationId: hostile,
            summary: hostile,
            description: hostile,
            tags: [hostile],
            security: [{ [hostile]: [] }],
            parameters: [{ name: hostile, in: 'query', required: true, description: hostile, example: hostile }],
            requestBody: { description: hostile, content },
            responses: { [hostile]: { description: hostile, content }, 400: { description: hostile, ...problem } },
          },
        },
      },
      components: {
        schemas: { [hostile]: schema },
        securitySchemes: { [hostile]: { type: 'apiKey', in: 'header', name: hostile, description: hostile } },
      },
    });
    assert.ok(page.split('&lt;script&gt;').length > 20);
    assert.doesNotMatch(page, /<script|<img|<b>|onerror='/);
    const attributes = page.match(/<[a-z][^>]*>/g)?.filter((tag) => !/^<[a-z0-9]+( [a-z-]+="[^"<>]*")*>$/.test(tag));
    assert.deepEqual(attributes, []);
  });

  it('shows code between backticks as code, and empty lines as paragraphs', () => {
    const page = docsPage(withOperation({ description: 'Use `a < b`.\n\nThen\nstop, `or' }));
    assert.match(page, /<p>Use <code>a &lt; b<\/code>\.<\/p><p>Then\nstop, `or<\/p>/);
  });

  it('writes a curl line that a shell reads as it is meant', () => {
    const parameters = [
      { name: 'Trace', in: 'header', required: true, schema: { type: 'string' } },
      { name: 'Other', in: 'header', required: false, schema: { type: 'string' } },
      { name: 'page size', in: 'query', required: true, example: 5 },
    ];
    const schema = {
      type: 'object',
      required: ['name', 'count'],
      properties: {
        name: { type: 'string', example: "it's" },
        count: { type: 'integer', minimum: 2 },
        mood: { type: 'string', default: 'calm' },
        note: { type: 'string' },
      },
    };
    const requestBody = { content: { 'application/json': { schema } } };
    const components = { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-"$(id)' } } };
    const page = docsPage(withOperation({ parameters, requestBody, security: [{ key: [] }] }, { components }));
    const lines = [
      String.raw`curl -X POST 'https://api.example.com/things/?page%20size=5' \ `,
      String.raw`-H "X-\"\$(id): $TOKEN" \ `,
      String.raw`-H 'Trace: ...' \ `,
      String.raw`-H 'Content-Type: application/json' \ `,
      String.raw`-d '{"name":"it'\''s","count":2,"mood":"calm"}'`,
    ];
    assert.ok(textOf(page).includes(lines.join('')), textOf(page));
  });

  it('writes the examples of a path’s parameters into the curl line', () => {
    const parameters = [
      { name: 'id', in: 'path', required: true, schema: { type: 'string', example: 'a/b c' } },
      { name: 'kind', in: 'path', required: true, schema: { enum: ['red', 'blue'] } },
      { name: 'kind', in: 'query', required: true, example: 'other' },
    ];
    const paths = { '/things/{id}/{kind}/{gone}': { get: { operationId: 'get', parameters } } };
    const page = docsPage({ info: { title: 'Test', version: '1' }, paths });
    assert.ok(textOf(page).includes("curl '/things/a%2Fb%20c/red/gone?kind=other'"), textOf(page));
  });

  it('follows references, into arrays and through allOf, but not in a circle', () => {
    const tree = {
      type: 'object',
      required: ['children'],
      properties: {
        children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
        parent: { $ref: '#/components/schemas/Tree', description: 'Above this' },
      },
    };
    const named = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } };
    const both = { allOf: [{ $ref: '#/components/schemas/Named' }, { $ref: '#/components/schemas/Tree' }] };
    const page = docsPage(withBody({ $ref: '#/components/schemas/Both' }, { Tree: tree, Named: named, Both: both }));
    const text = textOf(articleOf(page, 'op-make'));
    assert.match(text, /name string , required/);
    assert.match(text, /children array of Tree , required/);
    assert.match(text, /parent object , optional Above this/);
    assert.match(text, /-d '\{"name":"\.\.\.","children":\[\]\}'/);
  });

  it('says what a field may be', () => {
    const page = docsPage(
      withBody({
        type: 'object',
        properties: {
          mode: { enum: ['a', null] },
          fixed: { const: 7 },
          either: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: ['integer', 'null'] } }] },
          least: { type: 'number', minimum: 1 },
          short: { type: 'string', maxLength: 3, pattern: '^x', deprecated: true },
          map: { type: 'object', additionalProperties: { type: 'boolean' } },
        },
      }),
    );
    const text = textOf(articleOf(page, 'op-make'));
    assert.match(text, /mode "a" or null , optional/);
    assert.match(text, /fixed 7 , optional/);
    assert.match(text, /either string or array of integer or null , optional/);
    assert.match(text, /least number , at least 1, optional/);
    assert.match(text, /short string , at most 3 characters, matches \^x, optional deprecated/);
    assert.match(text, /map\.\* boolean , optional/);
  });

  it('puts declared tags first, in their order, and untagged operations under a heading', () => {
    const operation = (tag?: string) => ({ get: { summary: `In ${tag ?? 'none'}`, ...(tag && { tags: [tag] }) } });
    const page = docsPage({
      info: { title: 'Test', version: '1' },
      tags: [{ name: 'Second' }, { name: 'Empty' }, { name: 'First' }],
      paths: { '/a': operation('First'), '/b': operation(), '/c': operation('Second') },
    });
    const headings = [...page.matchAll(/<h2[^>]*>([^<]*)</g)].map(([, heading]) => heading);
    assert.deepEqual(headings, ['Second', 'First', 'Other']);
    assert.match(page, /id="op-get-b"/);
  });

  it('is a page even where the document is bare or refers to nothing', () => {
    assert.match(docsPage({ info: { title: 'Bare', version: '0' } }), /<h1[^>]*>Bare</);
    const page = docsPage(
      withOperation({ requestBody: { $ref: '#/components/requestBodies/gone' }, security: [{ gone: [] }, {}] }),
    );
    assert.match(textOf(page), /gone/);
  });
});
