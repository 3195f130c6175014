import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { examine } from '../../../src/composition/doctor.ts';
import { Secret } from '../../../src/secret.ts';
import { migrate } from '../../../src/stores/database/migrate.ts';
import { MIGRATIONS } from '../../../src/stores/database/migrations/index.ts';
import { startSandbox } from '../../support/service/start-sandbox.ts';
import { environment, newFolder } from '../../support/service/start-service.ts';
import { connectMany, countViews, openPostgresStores } from '../../support/stores/open-postgres.ts';
import { runSql } from '../../support/stores/run-sql.ts';
import { defaultsOf, OTHER_DEFAULTS, OURS, settingsSeen } from '../../support/stores/settings-seen.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { skip, startPgBouncer, type PoolMode } from './start-pgbouncer.ts';

const USERS = 60;
const opened = new AsyncDisposableStack();
after(() => opened.disposeAsync());
const server = skip === false ? opened.use(await startPostgres()) : undefined;

describe('stores behind PgBouncer', { skip }, () => {
  const newPlace = async (mode: PoolMode, more: readonly string[] = []) => {
    const direct = (await server?.createDatabase()) ?? '';
    const bouncer = opened.use(await startPgBouncer(direct, mode, more));
    return { direct, url: bouncer.through(direct) };
  };

  for (const [mode, says] of [
    ['session', /stands before Postgres, in session mode/],
    ['transaction', /in transaction mode stands before Postgres/],
  ] as const) {
    it(`in ${mode} mode keep and find everything, and say what stands between`, async () => {
      const { url } = await newPlace(mode);
      await using stores = await openPostgresStores(url);
      assert.equal(stores.remarks().length, 1);
      assert.match(stores.remarks().join(), says);
      await connectMany(stores, USERS);
      assert.equal(await countViews(stores, USERS), USERS);
    });

    it(`in ${mode} mode run their transactions with our settings`, async () => {
      const { direct, url } = await newPlace(mode);
      await runSql(direct, ...defaultsOf(direct, OTHER_DEFAULTS));
      assert.deepEqual(await settingsSeen(url, direct), OURS);
    });

    it(`in ${mode} mode leave no setting behind for others`, async () => {
      const { direct, url } = await newPlace(mode, ['default_pool_size = 3']);
      await runSql(direct, ...defaultsOf(direct, { jit: 'on', synchronous_commit: 'off' }));
      {
        await using stores = await openPostgresStores(url);
        await connectMany(stores, 2);
      }
      const [{ jit, commit }] = await runSql(
        url,
        "select current_setting('jit') as jit, current_setting('synchronous_commit') as commit",
      );
      assert.deepEqual({ jit, commit }, { jit: 'on', commit: 'off' });
    });

    it(`in ${mode} mode are migrated while they are in use`, async () => {
      const { direct, url } = await newPlace(mode);
      await migrate({ location: { kind: 'postgres', url: new Secret(direct) }, migrations: MIGRATIONS.slice(0, 4) });
      const { applied } = await migrate({ location: { kind: 'postgres', url: new Secret(url) } });
      assert.deepEqual(
        applied,
        MIGRATIONS.slice(4).map(({ name }) => name),
      );
    });
  }

  it('are shown to the operator as such by doctor', async () => {
    const { url } = await newPlace('transaction');
    await using sandbox = await startSandbox();
    using folder = newFolder();
    const more = { EVERGRANT_DATABASE_URL: url, EVERGRANT_LOG_LEVEL: 'silent' };
    const findings = await examine({
      ...environment(sandbox.url, folder.databasePath, more),
      EVERGRANT_RESCUE_DIR: `${folder.databasePath}-rescue`,
    });
    const odd = findings.filter(({ check, verdict }) => check === 'database' && verdict === 'odd');
    assert.match(odd.map(({ detail }) => detail).join(), /in transaction mode/);
  });

  it('ask again, without names, where a pooler mixes up prepared statements', async () => {
    const { url } = await newPlace('transaction', ['default_pool_size = 2']);
    await using one = await openPostgresStores(url);
    await using other = await openPostgresStores(url);
    await Promise.all([connectMany(one, USERS), connectMany(other, USERS)]);
    assert.deepEqual(await Promise.all([countViews(one, USERS), countViews(other, USERS)]), [USERS, USERS]);
  });

  it('share the connections that it allows', async () => {
    // Four, and one for notices.
    const { url } = await newPlace('session', ['max_client_conn = 5']);
    await using stores = await openPostgresStores(url);
    await connectMany(stores, USERS);
    assert.equal(await countViews(stores, USERS), USERS);
  });

  it('are not opened where it allows no transactions', async () => {
    const { url } = await newPlace('statement');
    await assert.rejects(openPostgresStores(url), {
      code: 'unusable_database',
      message: /session or transaction mode/,
    });
  });
});
