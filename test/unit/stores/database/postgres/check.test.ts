import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, describe, it } from 'node:test';
import { connectMany, countViews, openPostgresStores } from '../../../../support/stores/open-postgres.ts';
import { runSql } from '../../../../support/stores/run-sql.ts';
import { defaultsOf, OTHER_DEFAULTS, OURS, settingsSeen } from '../../../../support/stores/settings-seen.ts';
import { startPostgres, startServer } from '../../../../support/stores/start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

/** A new database with these settings as its defaults. */
async function databaseWith(settings: Readonly<Record<string, string>>): Promise<string> {
  const url = await server.createDatabase();
  await runSql(url, ...defaultsOf(url, settings));
  return url;
}

describe('a Postgres whose defaults are others', () => {
  it('runs our transactions with our settings all the same', async () => {
    const url = await databaseWith(OTHER_DEFAULTS);
    assert.deepEqual(await settingsSeen(url), OURS);
  });

  for (const level of ['repeatable read', 'serializable']) {
    it(`opens one exchange for many who try at once, where the default is ${level}`, async () => {
      const url = await databaseWith({ default_transaction_isolation: level });
      await using stores = await openPostgresStores(url);
      await connectMany(stores, 1);
      const grantId = (await stores.grants.view('realm', 'user-0'))?.grantId ?? '';
      const intent = { grantId, kind: 'provision', presented: undefined, last: undefined, current: undefined } as const;
      const all = Array.from({ length: 40 }, () => stores.grants.openExchange(intent));
      const opened = (await Promise.all(all)).filter((each) => each !== undefined);
      assert.equal(opened.length, 1);
    });
  }

  it('is refused where it takes no writes', async () => {
    const url = await databaseWith({ default_transaction_read_only: 'on' });
    await assert.rejects(openPostgresStores(url), {
      code: 'unusable_database',
      message: /default_transaction_read_only = on/,
    });
  });
});

describe('an exchange that the index finds open', () => {
  it('was opened by somebody faster', async () => {
    const url = await server.createDatabase();
    await using stores = await openPostgresStores(url);
    await connectMany(stores, 1);
    const grantId = (await stores.grants.view('realm', 'user-0'))?.grantId ?? '';
    // Whoever writes past the lock of the grant, as no version of ours does.
    await runSql(
      url,
      `create function faster() returns trigger language plpgsql as $$ begin
        if new.holder <> 'faster' then
          insert into exchanges (grant_id, id, nonce, lineage, kind, holder, opened_at, lease_until)
            values (new.grant_id, new.id + 1, 'faster', new.lineage, new.kind, 'faster', new.opened_at, new.lease_until);
        end if; return new; end $$`,
      'create trigger faster before insert on exchanges for each row execute function faster()',
    );
    const intent = { grantId, kind: 'provision', presented: undefined, last: undefined, current: undefined } as const;
    assert.equal(await stores.grants.openExchange(intent), undefined);
  });
});

describe('a Postgres server', () => {
  const flagged = async (flags: readonly string[]) => {
    const started = await startServer({ persistent: false, flags: flags.flatMap((flag) => ['-c', flag]) });
    return {
      url: `postgres://postgres:password@127.0.0.1:${started.port}/postgres`,
      [Symbol.asyncDispose]: async () => {
        await started.server.stop();
        await rm(started.databaseDir, { recursive: true, force: true });
      },
    };
  };

  it('is refused where it forgets what it acknowledged', async () => {
    await using at = await flagged(['fsync=off']);
    await assert.rejects(openPostgresStores(at.url), { code: 'volatile_database', message: /fsync = off/ });
  });

  it('is warned of where it may tear pages, and serves', async () => {
    await using at = await flagged(['full_page_writes=off']);
    await using stores = await openPostgresStores(at.url);
    assert.match(stores.remarks().join(), /full_page_writes = off/);
    await connectMany(stores, 3);
    assert.equal(await countViews(stores, 3), 3);
  });

  it('that is well gives nothing to remark', async () => {
    await using stores = await openPostgresStores(await server.createDatabase());
    assert.deepEqual(stores.remarks(), []);
  });
});
