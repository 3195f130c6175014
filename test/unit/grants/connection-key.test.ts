import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectionKey, isConnectionName, namedConnection, subjectsOf } from '../../../src/grants/connection-key.ts';

describe('the key of a connection', () => {
  it('is the subject where the connection has no name', () => {
    assert.equal(connectionKey({ subject: 'alice', connection: undefined }), 'alice');
    assert.deepEqual(namedConnection('alice'), { subject: 'alice', connection: undefined });
  });

  it('leads back to the subject and the name, whatever a subject looks like', () => {
    const keys = new Set<string>();
    for (const subject of ['alice', 'alice work', 'alice/work', 'a@b', '😀', ' ', 'alice-work']) {
      for (const connection of [undefined, 'work', 'a', 'alice-work', 'me@example.com', '1']) {
        const key = connectionKey({ subject, connection });
        assert.deepEqual(namedConnection(key), { subject, connection });
        keys.add(key);
      }
    }
    assert.equal(keys.size, 7 * 6, 'no two of them are alike');
  });

  it('gives each subject once', () => {
    const work = connectionKey({ subject: 'alice', connection: 'work' });
    assert.deepEqual(subjectsOf(['bob', 'alice', work]), ['bob', 'alice']);
    assert.deepEqual(subjectsOf([work]), ['alice']);
  });
});

describe('the name of a connection', () => {
  it('is short, and needs no encoding where it is shown', () => {
    for (const name of ['work', 'A', '0', 'me@example.com', 'a.b_c+d-e', 'x'.repeat(64)])
      assert.ok(isConnectionName(name));
    for (const name of ['', ' work', 'work ', 'a b', 'a/b', 'a\u001fb', 'é', '-a', '.a', 'a\n', 'x'.repeat(65)]) {
      assert.ok(!isConnectionName(name), JSON.stringify(name));
    }
  });
});
