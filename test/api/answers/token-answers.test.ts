import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { tokenOf } from '../../support/service/answer.ts';
import { httpAnswer, type RawAnswer } from '../../support/service/answering-server.ts';
import { startAnsweringScene, type AnsweringScene } from '../../support/service/answering-scene.ts';

const OK = { access_token: 'at-1', refresh_token: 'rt-1', token_type: 'Bearer', expires_in: 3600 };
const FORM = 'access_token=at-1&refresh_token=rt-1&token_type=bearer&expires_in=3600';
const TEXT = JSON.stringify(OK);
const COOKIES = Array.from({ length: 20 }, (_, index) => `c${index}=${'x'.repeat(1_000)}`);

interface Case {
  readonly name: string;
  readonly answer: RawAnswer;
  /** Default: `at-1` for 3600 seconds. */
  readonly accessToken?: string;
  readonly seconds?: number;
  readonly provider?: string;
}

function json(name: string, members: object, more: Omit<Case, 'name' | 'answer'> = {}): Case {
  return { name, answer: httpAnswer({ ...OK, ...members }), ...more };
}

function sent(
  name: string,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string | string[]>> = {},
): Case {
  return { name, answer: httpAnswer(body, { headers }) };
}

function form(name: string, contentType: string, body = FORM): Case {
  return sent(name, body, { 'content-type': contentType });
}

const later = () => Date.now() + 7_200_000;

/** Answers with tokens as servers have been seen to send them, and kinds of the same. */
const CASES: readonly Case[] = [
  json('a lifetime as text with decimals', { expires_in: '3600.0' }),
  json('a lifetime as text with spaces', { expires_in: ' 3600 ' }),
  ...[
    ['expires_at in seconds', { expires_at: Math.floor(later() / 1000) }] as const,
    ['expires_at in milliseconds', { expires_at: later() }] as const,
    ['expires_at as text', { expires_at: String(Math.floor(later() / 1000)) }] as const,
    ['expires_at as a date', { expires_at: new Date(later()).toISOString() }] as const,
    ['expires_on as text', { expires_on: String(Math.floor(later() / 1000)) }] as const,
    ['expires as a lifetime', { expires: 7200 }] as const,
    ['expires_in_sec', { expires_in_sec: 7200 }] as const,
    ['.expires as an HTTP date', { '.expires': new Date(later()).toUTCString() }] as const,
  ].map(([name, members]) => json(name, { expires_in: undefined, ...members }, { seconds: 7200 })),
  json('a token type of its own', { ok: true, token_type: 'bot' }),
  json('no token type', { token_type: undefined }),
  form('a form', 'application/x-www-form-urlencoded; charset=utf-8'),
  form('a form called text', 'text/plain'),
  form('a form called HTML', 'text/html; charset=utf-8'),
  form('a form called JSON', 'application/json'),
  form('a form called nothing', ''),
  sent('a byte order mark', `\ufeff${TEXT}`),
  sent('UTF-16', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }),
  sent('white space around', `\r\n\n  ${TEXT}\n\n`),
  sent('gzip', gzipSync(TEXT), { 'content-encoding': 'gzip' }),
  sent('x-gzip', gzipSync(TEXT), { 'content-encoding': 'x-gzip' }),
  sent('deflate', deflateSync(TEXT), { 'content-encoding': 'deflate' }),
  sent('deflate without a header of its own', deflateRawSync(TEXT), { 'content-encoding': 'deflate' }),
  sent('br', brotliCompressSync(TEXT), { 'content-encoding': 'br' }),
  sent('gzip twice', gzipSync(gzipSync(TEXT)), { 'content-encoding': 'gzip, gzip' }),
  sent('gzip that no header tells of', gzipSync(TEXT)),
  sent('a header that tells of gzip', TEXT, { 'content-encoding': 'gzip' }),
  { name: 'gzip in chunks', answer: inChunks(gzipSync(TEXT)) },
  sent('twenty cookies', TEXT, { 'set-cookie': COOKIES }),
  sent('headers of 64 KB', TEXT, { 'x-padding': 'x'.repeat(32_000), 'x-more': 'x'.repeat(32_000) }),
  json(
    'a long access token',
    { access_token: `at-1${'x'.repeat(9_000)}` },
    { accessToken: `at-1${'x'.repeat(9_000)}` },
  ),
  json('an access token of 64 KB', { access_token: 'x'.repeat(65_536) }, { accessToken: 'x'.repeat(65_536) }),
  json('line feeds after the tokens', { access_token: 'at-1\n', refresh_token: 'rt-1\n' }),
  json('an ID token of 80,000 characters', { id_token: 'x'.repeat(80_000) }),
  json('a megabyte', { more: 'x'.repeat(1_000_000) }),
  { ...json('a place of its own', {}), answer: httpAnswer({ data: OK }), provider: 'placed' },
  {
    name: 'a place beside another token',
    answer: httpAnswer({ ...OK, access_token: 'bot', refresh_token: 'bot', token_type: 'bot', data: OK }),
    provider: 'placed',
  },
  { name: 'a type that the definition takes', answer: httpAnswer({ ...OK, token_type: 'DPoP' }), provider: 'typed' },
];

function inChunks(bytes: Uint8Array): Buffer {
  const chunks = Array.from(bytes, (byte) => Buffer.from([0x31, 0x0d, 0x0a, byte, 0x0d, 0x0a]));
  const head = 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n';
  return Buffer.concat([Buffer.from(head), ...chunks, Buffer.from('0\r\n\r\n')]);
}

describe('an imported grant whose server answers a refresh with', () => {
  let scene: AnsweringScene;
  before(async () => {
    scene = await startAnsweringScene({
      x: {},
      placed: { access_token_at: 'data.access_token' },
      typed: { token_types: ['dpop'] },
    });
  });
  after(() => scene[Symbol.asyncDispose]());

  for (const { name, answer, accessToken = 'at-1', seconds = 3600, provider } of CASES) {
    it(`${name} is alive, and presents the new refresh token next`, async () => {
      const token = tokenOf(await scene.refreshed(name, [answer], provider));
      assert.equal(token.access_token, accessToken);
      assert.ok(token.expires_in > seconds - 30 && token.expires_in <= seconds, String(token.expires_in));
      scene.server.answer('rt-1', httpAnswer({ ...OK, access_token: 'at-2' }));
      assert.equal(tokenOf(await scene.token(name, { force_refresh: true }, provider)).access_token, 'at-2');
    });
  }

  it('OK behind a byte order mark, where nobody may present the old token again, is alive for good', async () => {
    let live = 'rt-rotating';
    const rotating: RawAnswer = ({ fields }) => {
      if (fields['refresh_token'] !== live) return httpAnswer({ error: 'invalid_grant' }, { status: 400 });
      live = `${live}+`;
      return httpAnswer(`\ufeff${JSON.stringify({ ...OK, refresh_token: live, access_token: `at of ${live}` })}`);
    };
    scene.server.answer('/x/token', rotating);
    assert.equal(tokenOf(await scene.refreshed('rotating', [rotating])).access_token, 'at of rt-rotating+');
    for (const presented of ['rt-rotating+', 'rt-rotating++']) {
      assert.equal(tokenOf(await scene.token('rotating', { force_refresh: true })).access_token, `at of ${presented}+`);
    }
  });

  it('a refresh token that lapses in seconds is renewed before', { timeout: 60_000 }, async () => {
    const answer = httpAnswer({ ...OK, refresh_token: 'rt-short', refresh_expires_in: 20 });
    scene.server.answer('rt-short', answer);
    tokenOf(await scene.refreshed('lapsing', [answer]));
    const asked = () => scene.server.requests.filter(({ fields }) => fields['refresh_token'] === 'rt-short').length;
    const giveUpAt = Date.now() + 20_000;
    while (asked() === 0 && Date.now() < giveUpAt) await sleep(100);
    assert.ok(asked() > 0);
  });

  it('nothing to a call without a User-Agent is alive', async () => {
    const picky: RawAnswer = ({ headers }) =>
      headers['user-agent'] === undefined ? httpAnswer('<html>', { status: 403 }) : httpAnswer(OK);
    tokenOf(await scene.refreshed('picky', [picky]));
    assert.match(String(scene.server.requests.at(-1)?.headers['user-agent']), /^evergrant\/\d/);
  });

  it('a refresh token that cannot be used is told of, and not made do without', async () => {
    for (const [index, odd] of [42, 'two\nlines', 'x'.repeat(65_537)].entries()) {
      const answer = await scene.refreshed(`odd ${index}`, [httpAnswer({ ...OK, refresh_token: odd })]);
      assert.notEqual(answer.status, 200);
      assert.ok(scene.service.logs.some((line) => line.includes('a refresh token that nobody can use')));
    }
  });

  it('tokens that no bearer can use is not served', async () => {
    const answer = await scene.refreshed('mac', [httpAnswer({ ...OK, token_type: 'mac' })]);
    assert.notEqual(answer.status, 200);
  });

  it('a whole gzip bomb gets nothing from it', async () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20, ' '));
    const answer = await scene.refreshed('bomb', [httpAnswer(bomb, { headers: { 'content-encoding': 'gzip' } })]);
    assert.notEqual(answer.status, 200);
    assert.ok(scene.service.logs.some((line) => line.includes('no complete answer')));
  });
});
