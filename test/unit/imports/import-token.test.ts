import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ImportLineError } from '../../../src/imports/import-fields.ts';
import { readTokenValue } from '../../../src/imports/import-token.ts';

const TOKEN = `eyJhbGciOiJIUzI1NiJ9.${'abcDEF012'.repeat(5)}.c2ln-_`;

function refusal(value: unknown): string {
  try {
    readTokenValue({ spelling: 'calAccessToken', value });
  } catch (error) {
    assert.ok(error instanceof ImportLineError, String(error));
    assert.equal(error.field, 'calAccessToken');
    assert.ok(!error.message.includes(TOKEN.slice(0, 12)), 'the token is shown');
    return error.message;
  }
  throw new assert.AssertionError({ message: `should have been refused: ${JSON.stringify(value)}` });
}

const REFUSED: Readonly<Record<string, { says: RegExp; values: readonly unknown[] }>> = {
  'the header around it': {
    says: /"calAccessToken" is not a token: it begins like the header.*without "Bearer"$/,
    values: [
      ...[`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER  ${TOKEN}`, `Bearer\t${TOKEN}`, `Bearer:${TOKEN}`, 'Bearer'],
      ...[`Bearer%20${TOKEN}`, `Authorization: Bearer ${TOKEN}`, `JWT ${TOKEN}`, `Token ${TOKEN}`],
    ],
  },
  'quotes around it': {
    says: /it has quotes around it; give it without them$/,
    values: [`"${TOKEN}"`, `'${TOKEN}'`, `\`${TOKEN}\``, `“${TOKEN}”`, `b'${TOKEN}'`, `"${TOKEN}`, `${TOKEN}'`],
  },
  'white space around it': {
    says: /it has a space or a line break at its beginning or end; give it without$/,
    values: [` ${TOKEN}`, `${TOKEN} `, `${TOKEN}\n`, `${TOKEN}\r\n`, `\t${TOKEN}`, `\u00a0${TOKEN}`, `\ufeff${TOKEN}`],
  },
  'white space inside': {
    says: /it has a space or a line break inside; give it in one piece$/,
    values: [`${TOKEN} ${TOKEN}`, TOKEN.replace('.', '.\n'), TOKEN.replace('.', '\t.'), TOKEN.replace('.', ' ')],
  },
  'the word for no value': {
    says: /it is the word for no value; give the token, or leave it out$/,
    values: ['null', 'NULL', 'undefined', 'None', 'nil', 'NaN', 'N/A', '[object Object]', 'false'],
  },
  'a mask': {
    says: /it is a mask or a placeholder; give the token itself/,
    values: [
      ...['***', '*', '********', 'xxxx', 'XXXXXXXX', '...', '•••••', '····', '----', '####', '…'],
      ...[
        '<redacted>',
        'REDACTED',
        '[REDACTED]',
        '[FILTERED]',
        '(hidden)',
        '{{ masked }}',
        '<your token>',
        '***masked***',
      ],
      ...['${ACCESS_TOKEN}', '{{access_token}}', '$ACCESS_TOKEN', '%ACCESS_TOKEN%', 'eyJhbGci...c2ln', 'eyJhbGci***'],
      ...[`${TOKEN.slice(0, 12)}…`, 'abcd••••wxyz', 'sk_xxxxxxxxxxxxxxxx1234'],
    ],
  },
  'what no header takes': {
    says: /is not a token \(it is not shown\); give 1 to/,
    values: [`${TOKEN}é`, `${TOKEN}\0`, 7, true, { token: TOKEN }, [TOKEN]],
  },
};

describe('the token in an import', () => {
  for (const [name, { says, values }] of Object.entries(REFUSED)) {
    it(`is refused for ${name}`, () => {
      for (const value of values) assert.match(refusal(value), says, JSON.stringify(value));
    });
  }

  it('is taken in every form that providers give it', () => {
    const taken = ['a', 'a.b.c', '..', TOKEN, `${TOKEN}==`, '1//0gAbc-_x', 'ya29.a0x', 'xoxb-1-2-abc', 'gho_16C7e42F2'];
    for (const value of [...taken, 'h..iv.c.t', 'tokens-of-null', 'masked-1', 'bearerabc', 'xx', 'a*b', '{"jwe":1}x']) {
      assert.equal(readTokenValue({ spelling: 'access_token', value }).reveal(), value);
    }
  });

  it('is taken whatever its random characters are', () => {
    const encoded = fc.uint8Array({ minLength: 8, maxLength: 64 }).map((bytes) => Buffer.from(bytes));
    const forms = fc.constantFrom('base64', 'base64url', 'hex');
    fc.assert(
      fc.property(encoded, forms, (bytes, form) => {
        const value = Buffer.concat([randomBytes(8), bytes]).toString(form);
        assert.equal(readTokenValue({ spelling: 'access_token', value }).reveal(), value);
      }),
    );
  });
});
