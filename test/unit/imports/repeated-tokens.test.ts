import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ImportedGrant } from '../../../src/grants/storage/import-store.ts';
import { ImportLineError } from '../../../src/imports/import-fields.ts';
import { RepeatedTokens } from '../../../src/imports/repeated-tokens.ts';
import { imported } from '../stores/contracts/connections/import-store-contract.ts';

/** Alice's tokens of account 179, and then another line with these. */
function second(more: Partial<ImportedGrant>, first: Partial<ImportedGrant> = {}): string | undefined {
  const tokens = new RepeatedTokens();
  tokens.note(3, imported('one', first));
  try {
    tokens.note(8, imported('one', more));
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ImportLineError, String(error));
    assert.ok(!error.message.includes('one-'), error.message);
    return `${error.field}: ${error.message}`;
  }
}

describe('a token that a file has twice', () => {
  it('is refused as another account’s, and the line that has it is named', () => {
    const says = /^access_token: .* is the one of line 3, which has another account; it can be of one account only/;
    assert.match(second({ accountId: '180' }) ?? '', says);
    assert.match(second({ accountId: '180', subject: 'ben' }) ?? '', says);
    assert.match(second({ accountId: '180', access: undefined }) ?? '', /^refresh_token: .*line 3/);
    assert.match(second({ accountId: '180', refresh: undefined }) ?? '', /^access_token: .*line 3/);
  });

  it('is refused as another user’s where nobody says that they share an account', () => {
    const says = /^access_token: .*line 3, which has another user; give "account_id" in both/;
    assert.match(second({ accountId: undefined, subject: 'ben' }, { accountId: undefined }) ?? '', says);
    assert.match(second({ accountId: undefined, subject: 'ben' }) ?? '', says);
  });

  it('may be the same line again, or that of a user who shares the account, or of another realm', () => {
    assert.equal(second({}), undefined);
    assert.equal(second({ subject: 'ben' }), undefined);
    assert.equal(second({ accountId: undefined }, { accountId: undefined }), undefined);
    assert.equal(second({ accountId: '180', realm: 'another realm' }), undefined);
  });
});
