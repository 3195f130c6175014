import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import {
  BODY_LIMIT_BYTES,
  bodyText,
  decodedBody,
  documentOf,
  jsonOf,
} from '../../../../src/oauth/answer/answer-body.ts';

const TEXT = '{"access_token":"at-1","name":"Zoë 人"}';
const PLAIN = Buffer.from(TEXT);

describe('the body of an answer without its codings', () => {
  const coded: [header: string | string[] | undefined, bytes: Uint8Array][] = [
    [undefined, PLAIN],
    ['', PLAIN],
    ['identity', PLAIN],
    ['gzip', gzipSync(PLAIN)],
    ['GZIP', gzipSync(PLAIN)],
    ['x-gzip', gzipSync(PLAIN)],
    ['deflate', deflateSync(PLAIN)],
    ['deflate', deflateRawSync(PLAIN)],
    ['br', brotliCompressSync(PLAIN)],
    ['zstd', zstdCompressSync(PLAIN)],
    ['gzip, gzip', gzipSync(gzipSync(PLAIN))],
    ['deflate, br', brotliCompressSync(deflateSync(PLAIN))],
    [['br', 'gzip'], gzipSync(brotliCompressSync(PLAIN))],
    ['identity, gzip', gzipSync(PLAIN)],
  ];
  for (const [header, bytes] of coded) {
    it(`is the same after ${String(header)} of ${bytes.length} bytes`, async () => {
      assert.equal(Buffer.from(await decodedBody(bytes, header)).toString(), TEXT);
    });
  }

  it('is found though the header does not tell of gzip, or tells of it once too few', async () => {
    for (const header of [undefined, 'gzip', 'identity']) {
      assert.equal(bodyText(await decodedBody(gzipSync(gzipSync(PLAIN)), header)), TEXT);
    }
  });

  for (const header of ['gzip', 'deflate', 'br', 'zstd', 'gzip, br', 'compress', 'aws-chunked', '__proto__']) {
    it(`is what came where the header tells of ${header} and there is none`, async () => {
      assert.equal(bodyText(await decodedBody(PLAIN, header)), TEXT);
      assert.equal((await decodedBody(new Uint8Array(), header)).length, 0);
    });
  }

  it('is none where it is cut off or broken', async () => {
    for (const [header, bytes] of coded.slice(3, 10)) {
      await assert.rejects(decodedBody(bytes.subarray(0, bytes.length - 9), header), String(header));
    }
    const broken = gzipSync(PLAIN);
    broken[20]! ^= 0xff;
    await assert.rejects(decodedBody(broken, 'gzip'));
  });

  it('is none where it would be longer than the bound, however small it came', async () => {
    const most = Buffer.alloc(BODY_LIMIT_BYTES, ' ');
    const bomb = Buffer.alloc(8 * BODY_LIMIT_BYTES, ' ');
    for (const [header, compress] of [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['deflate', deflateRawSync],
      ['br', brotliCompressSync],
      ['zstd', zstdCompressSync],
    ] as const) {
      assert.equal((await decodedBody(compress(most), header)).length, BODY_LIMIT_BYTES);
      await assert.rejects(decodedBody(compress(Buffer.concat([most, most.subarray(0, 1)])), header), header);
      await assert.rejects(decodedBody(compress(bomb), header), header);
    }
    await assert.rejects(decodedBody(gzipSync(gzipSync(bomb)), undefined));
  });
});

describe('the text of a body', () => {
  const utf16le = Buffer.from(TEXT, 'utf16le');
  const written: [name: string, bytes: Uint8Array][] = [
    ['UTF-8', PLAIN],
    ['UTF-8 behind a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
    ['UTF-8 behind two of them', Buffer.from(`\ufeff\ufeff${TEXT}`)],
    ['UTF-16 behind a byte order mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
    ['UTF-16 the other way round', Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', utf16le],
    ['UTF-16 the other way round, without a mark', Buffer.from(utf16le).swap16()],
    ['white space around', Buffer.from(`\r\n \t\u00a0${TEXT}\n\n\v\f `)],
  ];
  for (const [name, bytes] of written) {
    it(`is read from ${name}`, () => {
      assert.equal(bodyText(bytes), TEXT);
      assert.deepEqual(jsonOf(bodyText(bytes)), JSON.parse(TEXT));
    });
  }

  it('has a mark for what is no text, and never fails', () => {
    assert.equal(bodyText(Buffer.from([0x7b, 0x80, 0x7d])), '{\ufffd}');
    for (const bytes of [[], [0], [0, 0], [0xff], [0xff, 0xfe], [0xfe, 0xff, 0x20], [0x20]]) {
      assert.equal(jsonOf(bodyText(new Uint8Array(bytes))), undefined);
    }
  });
});

describe('the document of a text', () => {
  it('is its JSON, or the members of a form that reports an error', () => {
    assert.deepEqual(documentOf(TEXT), JSON.parse(TEXT));
    assert.equal(documentOf('null'), null);
    const form = 'error=invalid_grant&error_description=It+has%20ended.&error_uri=';
    assert.deepEqual(documentOf(form), {
      error: 'invalid_grant',
      error_description: 'It has ended.',
      error_uri: '',
    });
    assert.deepEqual(documentOf('a=1&error=x'), { a: '1', error: 'x' });
  });

  it('is none where a form may hold more than an error, and where a text is no form', () => {
    for (const text of [
      'error=none&access_token=at-1',
      'error=none&data.accessToken=at-1',
      'error=&a=1',
      'a=1&some_error=x',
      'An error=x',
      '<a href="?error=invalid_grant">',
      '',
    ]) {
      assert.equal(documentOf(text), undefined, text);
    }
  });
});
