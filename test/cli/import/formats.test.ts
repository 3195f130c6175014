import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readInput } from '../../../src/cli/import/read-input.ts';
import type { InputLine } from '../../../src/imports/import-run.ts';
import { line, lines, newImportScene, summary } from './import-scene.ts';

/** What is read of these bytes, which come in pieces of this size. */
async function readAll(bytes: Buffer | string, { size = 7, ignoreUnknown = false } = {}): Promise<InputLine[]> {
  const whole = Buffer.from(bytes);
  async function* pieces() {
    for (let from = 0; from < whole.length; from += size)
      yield await Promise.resolve(whole.subarray(from, from + size));
  }
  const found: InputLine[] = [];
  for await (const each of readInput(pieces(), { ignoreUnknown })) found.push(each);
  return found;
}

/** What was read, without where it ends. */
async function read(bytes: Buffer | string, options?: { size?: number; ignoreUnknown?: boolean }) {
  const found = await readAll(bytes, options);
  return found.map(({ number, text, row, problem }) => [
    number,
    row ?? (text === undefined ? problem : JSON.parse(text)),
  ]);
}

const HEADER = 'subject,provider,account_id,access_token,refresh_token';
const SEPARATORS = [',', ';', '\t', '|'];

describe('a file of an import', () => {
  it('is CSV where its first line names columns, with whatever separator', async () => {
    for (const separator of SEPARATORS) {
      const header = HEADER.replaceAll(',', separator);
      const text = `${header}\n${['1', 'p', '7', 'a', 'r'].join(separator)}\r\n\n${['2', 'p', '', '', 'r2'].join(separator)}`;
      const expected = [
        [2, { subject: '1', provider: 'p', account_id: '7', access_token: 'a', refresh_token: 'r' }],
        [4, { subject: '2', provider: 'p', account_id: '', access_token: '', refresh_token: 'r2' }],
      ];
      for (const size of [1, 7, 10_000]) {
        assert.deepEqual(await read(text, { size }), expected);
        assert.deepEqual(
          await read(`\ufeff\n${text}`, { size }),
          expected.map(([number, row]) => [Number(number) + 1, row]),
        );
      }
    }
  });

  it('has in its CSV what RFC 4180 allows: quoted separators, quotes and line breaks', async () => {
    const text = `"subject","provider",access_token\r\n"a,""b""\r\nc",p,x\r\n"",p,"y"\r\n`;
    assert.deepEqual(await read(text), [
      [2, { subject: 'a,"b"\r\nc', provider: 'p', access_token: 'x' }],
      [4, { subject: '', provider: 'p', access_token: 'y' }],
    ]);
  });

  it('is read from CSV to the letter, whatever is in it', async () => {
    const value = fc.stringMatching(/^[a-z,;"\n\r é🙂\t]{0,12}$/u).filter((text) => text.trim() !== '');
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...SEPARATORS),
        fc.integer({ min: 1, max: 50 }),
        async (values, separator, size) => {
          const quoted = values.map((each) => `"${each.replaceAll('"', '""')}"`);
          const text = [`subject${separator}provider`, ...quoted.map((each) => `${each}${separator}p`)].join('\n');
          const rows = (await read(text, { size })).map(([, row]) => (row as { subject: string }).subject);
          assert.deepEqual(rows, values);
        },
      ),
    );
  });

  it('loses no other row to one that is wrong', async () => {
    const text = `${HEADER}\n1,p,7,a,r\n2,p,7\n3,p,"7"x,a,r\n4,p,7,a"b,r\n5,p,7,a,r\n`;
    assert.deepEqual(await read(text), [
      [2, { subject: '1', provider: 'p', account_id: '7', access_token: 'a', refresh_token: 'r' }],
      [3, 'this row has 3 values, but there are 5 columns; put quotes around a value'],
      [4, 'a quote is in the midst of a value; see RFC 4180, section 2'],
      [5, 'a quote is in the midst of a value; see RFC 4180, section 2'],
      [6, { subject: '5', provider: 'p', account_id: '7', access_token: 'a', refresh_token: 'r' }],
    ]);
    const [, open] = await read(`subject,provider\n1,p\n"2,p\n3,p\n`);
    assert.deepEqual(open, [3, 'a quote is not closed; see RFC 4180, section 2']);
    const [long] = await readAll(`subject,provider\n"${'x'.repeat(300_000)}`, { size: 4_096 });
    assert.match(long?.problem ?? '', /too long for a row; perhaps a quote/);
  });

  it('is not read where its columns are wrong', async () => {
    for (const [header, problem] of [
      ['subject,provider,acces_token', /^"acces_token" is no field.*did you mean "access_token"/],
      ['subject,provider,user_id', /could be your user or the provider's/],
      ['subject,provider,accountId,calAccountId', /"calAccountId" and "accountId" are the same/],
      ['provider,account_id,access_token', /^"subject" is missing among the columns/],
      ['subject,account_id,access_token', /^"provider" is missing among the columns/],
    ] as const) {
      const found = await readAll(`${header}\n1,2,3,4\n`);
      assert.equal(found.length, 1);
      assert.match(found[0]?.problem ?? '', problem);
      assert.equal(found[0]?.number, 1);
    }
    const text = 'subject,provider,scope,__proto__\n1,p,x,y\n';
    assert.deepEqual(await read(text, { ignoreUnknown: true }), [[2, { subject: '1', provider: 'p' }]]);
  });

  it('is an array where it begins with a bracket, however it is laid out', async () => {
    const all = [{ subject: 'a]},[{"\\', n: [1, { b: ['}'] }] }, { subject: 'é🙂' }, 7, ['x'], 'a,b'];
    for (const size of [1, 5, 10_000]) {
      const flat = (await read(JSON.stringify(all), { size })).map(([, value]) => value);
      assert.deepEqual(flat, all);
      assert.deepEqual(await read(`\ufeff \n${JSON.stringify(all.slice(0, 2), undefined, 2)}\n`, { size }), [
        [3, all[0]],
        [14, all[1]],
      ]);
    }
    assert.deepEqual(await read('[]'), []);
    assert.deepEqual(await read(' [ ] \n'), []);
  });

  it('that was cut, or goes on after its array, is said to be so, and what is whole is read', async () => {
    const whole = (text: string) => read(text).then((found) => found.at(-1));
    assert.match(String((await whole('[{"a":1},{"b"'))?.[1]), /cut in the midst/);
    assert.match(String((await whole('[{"a":1}'))?.[1]), /cut in the midst|not closed/);
    assert.match(String((await whole('[{"a":1},'))?.[1]), /not closed/);
    assert.match(String((await whole('[{"a":1}] {"b":2}'))?.[1]), /array ended before this/);
    assert.deepEqual((await read('[{"a":1},{"b"'))[0], [1, { a: 1 }]);
    const [long, next] = await readAll(`[{"a":"${'x'.repeat(300_000)}"},{"b":1}]`, { size: 4_096 });
    assert.match(long?.problem ?? '', /too long for an element/);
    assert.equal(next?.text, '{"b":1}');
  });

  it('is lines of JSON where it is nothing else, and what is no text is named', async () => {
    assert.deepEqual(await read('\n{"subject":"a,provider"}\n{"b":1}'), [
      [2, { subject: 'a,provider' }],
      [3, { b: 1 }],
    ]);
    assert.equal((await readAll('42,p,7,a,r\n43,p,7,a,r\n'))[0]?.text, '42,p,7,a,r');
    for (const [bytes, problem] of [
      [Buffer.from('\ufeffsubject,provider', 'utf16le'), /UTF-16; save the file as UTF-8/],
      [Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), /a spreadsheet or an archive; save it as CSV/],
      [Buffer.from([0x1f, 0x8b, 8, 0]), /compressed/],
      [Buffer.from('subject,provider\né,p\n', 'latin1'), /not UTF-8/],
    ] as const) {
      const found = await readAll(bytes);
      assert.equal(found.length, 1);
      assert.match(found[0]?.problem ?? '', problem);
    }
    assert.deepEqual(await read(''), []);
  });
});

describe('evergrant import of other formats', { concurrency: 2 }, () => {
  it('takes CSV and an array by what is in them, and finds the same tokens there again', async () => {
    using scene = newImportScene();
    const given = lines(3).map((each) => ({ ...each, refresh_expires_at: '2030-01-01' }));
    const names = Object.keys(given[0]!);
    const rows = given.map((each) => names.map((name) => `"${String(Reflect.get(each, name))}"`).join(','));
    const csv = summary(await scene.run(scene.file([names.join(','), ...rows], { name: 'tokens.txt' }), '--json'));
    assert.deepEqual([csv.code, csv.imported, csv.refused], [0, 3, 0], JSON.stringify(csv));
    const array = scene.file([JSON.stringify(given, undefined, 2)], { name: 'tokens.csv' });
    assert.equal(summary(await scene.run(array, '--json')).already_there, 3);
    assert.equal(summary(await scene.run(scene.file(given), '--json')).already_there, 3);
  });

  it('takes the columns of an app that keeps Cal.com’s tokens, and names a line of CSV', async () => {
    using scene = newImportScene();
    const header = 'subject,provider,calAccountId,calAccessToken,calRefreshToken,calAccessTokenExpiresAt';
    const text = [header, '1,cal-com-managed,88001,a.b.c,a.b.d,', '2,cal-com-managed,88002,Bearer a.b.c,a.b.e,'];
    const { code, imported, refused_lines } = summary(await scene.run(scene.file(text), '--json'));
    assert.deepEqual([code, imported], [1, 1], JSON.stringify(refused_lines));
    assert.deepEqual([refused_lines[0].line, refused_lines[0].field], [3, 'calAccessToken']);
    const wrong = summary(
      await scene.run(scene.file([header.replace('subject', 'user'), '1,cal-com-managed,1,a,b,']), '--json'),
    );
    assert.deepEqual([wrong.code, wrong.refused, wrong.refused_lines[0].field], [1, 1, 'user']);
  });

  it('refuses what cannot be, line by line, in a dry run as in the real one', async () => {
    using scene = newImportScene();
    const token = line(1).access_token;
    const wrong: [more: object, field: string | undefined, says: RegExp][] = [
      [{ access_token: `Bearer ${token}` }, 'access_token', /without "Bearer"/],
      [{ access_token: '***', refresh_token: '***' }, 'refresh_token', /a mask or a placeholder/],
      [{ refresh_token: 'undefined' }, 'refresh_token', /the word for no value/],
      [{ access_token: `"${token}"` }, 'access_token', /has quotes/],
      [{ refresh_token: token, access_token: token }, 'refresh_token', /are the same token/],
      [{ expires_at: 1_795_000_000_000_000 }, 'expires_at', /these are microseconds/],
      [{ expires_at: '1795000000000000000' }, 'expires_at', /these are nanoseconds/],
      [{ expires_at: '9999-12-31T23:59:59Z' }, 'expires_at', /year 9999/],
      [{ refresh_expires_at: '1970-01-01' }, 'refresh_expires_at', /year 1970/],
      [{ subject: ' user-7' }, 'subject', /a space or an invisible character/],
      [{ account_id: '2001 ' }, 'account_id', /a space or an invisible character/],
      [{ subject: 'undefined' }, 'subject', /is "undefined"; give/],
    ];
    const twice = line(90);
    const file = scene.file([
      ...wrong.map(([more], index) => line(index + 1, more)),
      twice,
      { ...line(91), refresh_token: twice.refresh_token },
    ]);
    const [dry, real] = [await scene.run(file, '--json', '--dry-run'), await scene.run(file, '--json')].map(summary);
    assert.deepEqual(dry.refused_lines, real.refused_lines);
    assert.deepEqual([real.imported, real.refused], [1, wrong.length + 1]);
    for (const [index, [, field, says]] of wrong.entries()) {
      const found = real.refused_lines[index];
      assert.deepEqual([found.line, found.field], [index + 1, field], JSON.stringify(found));
      assert.match(found.message, says);
    }
    assert.match(real.refused_lines.at(-1).message, /"refresh_token" is the one of line 13, which has another account/);
    assert.ok(!JSON.stringify(real).includes(token.slice(0, 20)));
  });
});
