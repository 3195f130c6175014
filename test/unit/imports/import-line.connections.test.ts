import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSubject } from '../../../src/callers/subject.ts';
import { connectionKey } from '../../../src/grants/connection-key.ts';
import { Providers } from '../../../src/grants/providers.ts';
import { ImportLineError } from '../../../src/imports/import-fields.ts';
import { readImportLine } from '../../../src/imports/import-line.ts';
import { ScriptedProvider } from '../../support/grants/scripted-provider.ts';

const LINKED = Object.assign(new ScriptedProvider({ recover: false, provision: false }), { name: 'linked' });
const MADE = Object.assign(new ScriptedProvider(), { name: 'made' });

function subjectOf(line: object): string {
  const rules = { providers: new Providers([LINKED, MADE]), subjectOf: parseSubject, ignoreUnknown: false, now: 0 };
  const tokens = { account_id: 1, refresh_token: 'the-refresh-token-of-alice' };
  return readImportLine({ subject: 'alice', provider: 'linked', ...tokens, ...line }, rules).subject;
}

describe('a line of an import that names a connection', () => {
  it('is for that connection of its user, however the field is spelt', () => {
    assert.equal(subjectOf({}), 'alice');
    const work = connectionKey({ subject: 'alice', connection: 'work' });
    for (const field of ['connection', 'connectionName', 'connection_name', 'Connection Name']) {
      assert.equal(subjectOf({ [field]: 'work' }), work);
    }
  });

  it('is refused for a name that is none, and where accounts are made one for each user', () => {
    for (const connection of [' work', 'a/b', 1, 'x'.repeat(65)]) {
      assert.throws(() => subjectOf({ connection }), ImportLineError, JSON.stringify(connection));
    }
    assert.throws(() => subjectOf({ provider: 'made', connection: 'work' }), /one account for each user/);
  });
});
