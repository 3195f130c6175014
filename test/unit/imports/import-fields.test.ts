import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fieldOf, ImportLineError, readFields, SPELLINGS } from '../../../src/imports/import-fields.ts';

function refusal(line: string | object): string {
  try {
    readFields(line, false);
  } catch (error) {
    assert.ok(error instanceof ImportLineError, String(error));
    return error.message;
  }
  throw new assert.AssertionError({ message: `should have been refused: ${JSON.stringify(line)}` });
}

describe('the fields of an import', () => {
  it('are those that apps with Cal.com keep, in snake and in camel case', () => {
    const meant: Readonly<Record<string, string>> = {
      calAccountId: 'account_id',
      cal_account_id: 'account_id',
      calUserId: 'account_id',
      cal_user_id: 'account_id',
      calManagedUserId: 'account_id',
      calAccessToken: 'access_token',
      cal_access_token: 'access_token',
      calComAccessToken: 'access_token',
      calcom_access_token: 'access_token',
      calRefreshToken: 'refresh_token',
      CAL_REFRESH_TOKEN: 'refresh_token',
      calcomRefreshToken: 'refresh_token',
      calAccessTokenExpiresAt: 'expires_at',
      cal_access_token_expires_at: 'expires_at',
      calTokenExpiresAt: 'expires_at',
      calRefreshTokenExpiresAt: 'refresh_expires_at',
      'Refresh Token': 'refresh_token',
      'access-token': 'access_token',
    };
    for (const [spelling, field] of Object.entries(meant)) assert.equal(fieldOf(spelling), field, spelling);
  });

  it('have no spelling in common', () => {
    const spellings = Object.values(SPELLINGS).flat();
    assert.equal(new Set(spellings).size, spellings.length);
    for (const [field, all] of Object.entries(SPELLINGS)) for (const each of all) assert.equal(fieldOf(each), field);
  });

  it('are hinted at where one is mistyped', () => {
    const meant: Readonly<Record<string, string>> = {
      acces_token: 'access_token',
      accessTokn: 'access_token',
      refesh_token: 'refresh_token',
      expire_at: 'expires_at',
      subjct: 'subject',
      providers: 'provider',
      acount_id: 'account_id',
      calAcountId: 'account_id',
    };
    for (const [spelling, field] of Object.entries(meant)) {
      assert.match(refusal({ [spelling]: 'x' }), new RegExp(`^"${spelling}" is no field.*did you mean "${field}"\\?`));
    }
    assert.doesNotMatch(refusal({ scope: 'x' }), /did you mean/);
    assert.doesNotMatch(refusal({ a: 'x' }), /did you mean/);
  });

  it('are not guessed where they could be either’s', () => {
    for (const name of ['sub', 'uid', 'id', 'user_id', 'userId', 'UserID']) {
      assert.match(refusal({ [name]: 'x' }), /"subject" or "account_id"/);
    }
  });

  it('are given once each, in whatever spellings', () => {
    assert.match(
      refusal({ calAccessToken: 'x', access_token: 'y' }),
      /"access_token" and "calAccessToken" are the same/,
    );
  });

  it('are not looked for in what is no JSON, and CSV is hinted at', () => {
    assert.match(
      refusal('42,cal-com-managed,1'),
      /^this is not JSON; .*a JSON array, or CSV under a line of column names$/,
    );
    assert.match(refusal('{"subject": '), /^this is not JSON; give one whole JSON object a line$/);
  });
});
