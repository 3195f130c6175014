import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ImportLineError } from '../../../src/imports/import-fields.ts';
import { checkName } from '../../../src/imports/import-name.ts';

const check = (value: unknown) => {
  checkName({ spelling: 'subject', value }, 'your id of the user');
};

describe('the id of a user or an account in an import', () => {
  for (const value of [' 7', '7 ', '7\n', '\t7', '\u00a07', '7\u200b', '\ufeff7', '\u202e7', ' ']) {
    it(`is refused with ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => {
          check(value);
        },
        new ImportLineError(
          'subject',
          '"subject" has a space or an invisible character at its beginning or end; give it without',
        ),
      );
    });
  }

  for (const value of ['null', 'undefined', 'None', 'NaN', '[object Object]']) {
    it(`is refused where it is ${value}`, () => {
      assert.throws(
        () => {
          check(value);
        },
        new ImportLineError('subject', `"subject" is "${value}"; give your id of the user`),
      );
    });
  }

  it('may be anything else', () => {
    for (const value of ['a b', 'auth0|5f7', 'josé', 'user@example.com', 7, 'nullable', '🙂']) check(value);
  });
});
