import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emailRequired, KeeperError } from '../../../../src/grants/errors.ts';
import { toProblem } from '../../../../src/http/response/to-problem.ts';

function fieldsOf(error: KeeperError): string[] {
  return (toProblem(error).errors ?? []).map(({ field }) => field);
}

describe('the fields that a problem names', () => {
  it('are those of the caller’s own request', () => {
    const fields = ['email', 'timeZone', 'origin', 'permissions', 'subject', 'metadata'];
    const wire = ['cal_email', 'timezone', 'frontend.origin', 'frontend.permissions', 'subject', 'metadata'];
    assert.deepEqual(fieldsOf(new KeeperError('input_refused', 'No.', { fields })), wire);
  });

  it('are the e-mail’s where there is none, or it is another’s', () => {
    assert.deepEqual(fieldsOf(emailRequired()), ['cal_email']);
    assert.deepEqual(fieldsOf(new KeeperError('account_taken', 'No.')), ['cal_email']);
  });
});
