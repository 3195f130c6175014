import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isEmail, isEmailWithinSpaces } from '../../src/email.ts';

const label = (letters: number) => 'x'.repeat(letters);

const ADDRESSES = [
  'alice@example.com',
  'a@b.co',
  "o'hara+tag@sub.example.com",
  'a/b=c!#$%&*?^_`{|}~-@example.com',
  '1@example.com',
  'alice@1.example.com',
  'Alice@EXAMPLE.COM',
  'alice@xn--mller-kva.de',
  'jörg@müller.de',
  'pelé@example.com',
  'jose\u0301@example.com',
  '用户@例子.中国',
  '用户@例子.广告',
  'δοκιμή@παράδειγμα.δοκιμή',
  'राम@मोहन.ईन्फो',
  'медведь@с-балалайкой.рф',
  '二ノ宮@黒川.日本',
  '😀@example.com',
  `${label(64)}@example.com`,
  `${'ö'.repeat(32)}@example.com`,
  `a@${label(63)}.com`,
];

const OTHERS = [
  '',
  '@',
  'alice',
  'alice@',
  '@example.com',
  'alice@example',
  'alice@localhost',
  'alice@@example.com',
  'a@b@example.com',
  '.alice@example.com',
  'alice.@example.com',
  'al..ice@example.com',
  'al ice@example.com',
  'alice@exam ple.com',
  'alice@-example.com',
  'alice@example-.com',
  'alice@exa_mple.com',
  'alice@example..com',
  'alice@example.com.',
  'alice@.example.com',
  'alice@127.0.0.1',
  'alice@0x7f.1',
  'alice@[127.0.0.1]',
  'alice@example.1',
  'alice@例え。日本',
  'alice@xn--.com',
  '"alice smith"@example.com',
  'Alice <alice@example.com>',
  'mailto:alice@example.com',
  'alice@example.com?subject=x',
  'alice@example.com,bob@example.com',
  'alice@example.com;bob@example.com',
  'alice\0@example.com',
  'al\u2028ice@example.com',
  'al\u200bice@example.com',
  'alice\u202e@example.com',
  'alice@exam\u00adple.com',
  'alice\u00a0@example.com',
  '\ud800@example.com',
  `${label(65)}@example.com`,
  `${'ö'.repeat(33)}@example.com`,
  `a@${label(64)}.com`,
  `a@${label(63)}.${label(63)}.${label(63)}.${label(63)}.com`,
];

describe('an e-mail address', () => {
  it('is what RFC 5321 and RFC 6531 call so', () => {
    for (const address of ADDRESSES) assert.equal(isEmail(address), true, address);
  });

  it('is nothing else', () => {
    for (const text of OTHERS) assert.equal(isEmail(text), false, JSON.stringify(text));
  });

  it('has no white space around it, which is told from other faults', () => {
    for (const address of ADDRESSES) {
      for (const text of [` ${address}`, `${address} `, `\t${address}\r\n`, `\u00a0${address}`, `\ufeff${address}`]) {
        assert.deepEqual([isEmail(text), isEmailWithinSpaces(text)], [false, true], JSON.stringify(text));
      }
      assert.equal(isEmailWithinSpaces(address), false);
    }
    for (const text of OTHERS) assert.equal(isEmailWithinSpaces(` ${text} `), false, JSON.stringify(text));
  });

  it('is judged quickly, however long the text', () => {
    const started = performance.now();
    for (const text of ['a.'.repeat(1e5), `${'a'.repeat(1e5)}@${'b.'.repeat(1e5)}com`, '@'.repeat(1e5)]) isEmail(text);
    for (const text of [`${'a'.repeat(64)}.`.repeat(3), `${'a.'.repeat(31)}@${'a-'.repeat(90)}`]) isEmail(text);
    assert.ok(performance.now() - started < 500);
  });
});
