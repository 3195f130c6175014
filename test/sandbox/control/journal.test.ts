import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Journal } from '../../../src/sandbox/control/journal.ts';

describe('a long journal', () => {
  it('gives up its oldest entries, counts them, and still finds the entry that an answer belongs to', () => {
    const journal = new Journal();
    const arrive = (path: string) => journal.arrive({ at: '', method: 'GET', path, status: null, body_fields: [] });
    arrive('/first');
    for (let i = 0; i < 99_999; i++) arrive('/more');
    assert.deepEqual([journal.entries.length, journal.forgotten], [100_000, 0]);
    const last = arrive('/last');
    journal.answered(last, 200);
    assert.equal(journal.entries.length + journal.forgotten, 100_001);
    assert.ok(journal.forgotten > 0);
    assert.ok(journal.entries.every(({ path }) => path !== '/first'));
    assert.equal(journal.entries.at(-1)?.status, 200);
  });
});
