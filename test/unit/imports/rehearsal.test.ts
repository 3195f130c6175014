import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScheduledImport } from '../../../src/grants/storage/import-store.ts';
import { rehearse } from '../../../src/imports/rehearsal.ts';
import { imported } from '../stores/contracts/connections/import-store-contract.ts';
import { sqlitePlace } from '../../support/stores/open-test-stores.ts';

/** Users of their own, so that what follows is in another batch. */
function others(from: number, count: number): ScheduledImport[] {
  return Array.from({ length: count }, (_, index) =>
    imported(`other-${from + index}`, { subject: `user-${from + index}`, accountId: String(10_000 + from + index) }),
  );
}

describe('a rehearsed import', () => {
  it('judges every import as the real one does, whatever came before it', async () => {
    await using place = await sqlitePlace();
    const { imports } = await place.openAll();
    const add = rehearse((grants) => imports.check(grants));
    const batches = [
      [imported('a', { isOneSubjects: true }), imported('unnamed', { subject: 'cid', accountId: undefined })],
      others(0, 256),
      [
        imported('b', { accountId: '180' }),
        imported('c', { subject: 'ben', isOneSubjects: true }),
        imported('d', { subject: 'dea' }),
        imported('e', { subject: 'cid', accountId: '190' }),
        imported('f'),
      ],
      // One of everybody again, in one batch: each with another account than before.
      [
        ...others(0, 255).map((each) => ({ ...each, accountId: '180' })),
        imported('g', { subject: 'dea', accountId: '181' }),
      ],
      [imported('h', { subject: 'cid', accountId: '191' }), imported('i', { subject: 'cid', accountId: '190' })],
    ];
    const rehearsed = [];
    for (const batch of batches) rehearsed.push(await add(batch));
    assert.equal(place.rows('select 1 from grants').length, 0);
    const real = [];
    for (const batch of batches) real.push(await imports.add(batch));
    assert.deepEqual(rehearsed, real);
    assert.deepEqual(real[2], ['other_account', 'account_elsewhere', 'imported', 'imported', 'imported']);
  });
});
