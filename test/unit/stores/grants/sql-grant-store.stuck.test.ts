import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { imported } from '../contracts/connections/import-store-contract.ts';
import { linkAt } from '../../../support/stores/link-at.ts';
import { REALM } from '../../../support/stores/one-grant.ts';
import { openPostgresStores } from '../../../support/stores/open-postgres.ts';
import { openTransaction } from '../../../support/stores/open-transaction.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

describe('a grant that somebody keeps locked', () => {
  it('stops the link and the import that need it, and no others', async () => {
    const url = await server.createDatabase();
    await using stores = await openPostgresStores(url);
    assert.equal(await linkAt(stores, 'alice', 'acc-stuck'), 'connected');
    let waiting: Promise<string>;
    {
      await using blocked = await openTransaction(
        url,
        "select 1 from grants where account_id = 'acc-stuck' for update",
      );
      waiting = linkAt(stores, 'bob', 'acc-stuck');
      let isOver = false;
      void waiting.then(() => (isOver = true));
      const lines = ['acc-1', 'acc-stuck', 'acc-2'].map((accountId) =>
        imported(accountId, { subject: `importer of ${accountId}`, accountId }),
      );
      const [verdicts, ...kinds] = await Promise.all([
        stores.imports.add(lines),
        linkAt(stores, 'carol', 'acc-3'),
        linkAt(stores, 'dave', 'acc-4'),
        linkAt(stores, 'erin', 'acc-4'),
      ]);
      assert.deepEqual(verdicts, ['imported', 'busy', 'imported']);
      assert.deepEqual(kinds, ['connected', 'connected', 'connected']);
      // Five seconds in all, of which what others did took its own time.
      await sleep(1_000);
      assert.equal(await linkAt(stores, 'frank', 'acc-5'), 'connected');
      assert.ok(blocked.isOpen());
      assert.equal(isOver, false, 'the lock was there all the time');
    }
    assert.equal(await waiting, 'connected');
    const again = imported('acc-stuck', { subject: 'importer of acc-stuck', accountId: 'acc-stuck' });
    assert.deepEqual(await stores.imports.add([again]), ['imported']);
  });

  it('and is not even there yet stops only the line that has the same account', async () => {
    const url = await server.createDatabase();
    await using stores = await openPostgresStores(url);
    const lines = ['1', '2', '3'].map((accountId) => imported(accountId, { subject: `user-${accountId}`, accountId }));
    {
      const insert = `insert into grants (id, realm, account_id, created_at) values ('other', '${REALM}', '2', 1)`;
      await using blocked = await openTransaction(url, insert);
      const verdicts = await Promise.race([stores.imports.add(lines), sleep(60_000, undefined, { ref: false })]);
      assert.deepEqual(verdicts, ['imported', 'busy', 'imported']);
      assert.equal(await linkAt(stores, 'carol', '4'), 'connected');
      assert.ok(blocked.isOpen());
    }
    assert.deepEqual(await stores.imports.add(lines), ['already_there', 'imported', 'already_there']);
  });
});
