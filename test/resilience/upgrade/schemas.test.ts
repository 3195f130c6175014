import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, describe, it } from 'node:test';
import { environment, newFolder } from '../../support/service/start-service.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { FORMER, formerVersion, NO_HISTORY, thisVersion } from './former-version.ts';
import { postgresSchema, sqliteSchema, type SchemaDump } from './schema-dump.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

/** Migrates a new database by these programs, one after another, and gives its schema. */
type Build = (...programs: readonly (typeof thisVersion)[]) => Promise<SchemaDump>;

const onSqlite: Build = async (...programs) => {
  using folder = newFolder();
  const env = environment('http://127.0.0.1:9', folder.databasePath);
  for (const program of programs) await migrated(program, env, dirname(folder.databasePath));
  return sqliteSchema(folder.databasePath);
};

const onPostgres: Build = async (...programs) => {
  using folder = newFolder();
  const url = await server.createDatabase();
  const env = environment('http://127.0.0.1:9', folder.databasePath, { EVERGRANT_DATABASE_URL: url });
  for (const program of programs) await migrated(program, env, dirname(folder.databasePath));
  return await postgresSchema(url);
};

async function migrated(program: typeof thisVersion, env: Record<string, string>, cwd: string): Promise<void> {
  const { code, stdout, stderr } = await program(['migrate', '--json'], env, cwd);
  assert.equal(code, 0, stderr);
  assert.doesNotThrow(() => JSON.parse(stdout));
  assert.equal(stderr, '', 'nothing is told of a small database');
}

for (const [name, build] of [
  ['SQLite', onSqlite],
  ['Postgres', onPostgres],
] as const) {
  describe(`the schema on ${name}`, { concurrency: true }, () => {
    const fresh = build(thisVersion);
    for (const [schema, commit] of Object.entries(FORMER)) {
      it(`is the same whether it was made now or by the version of ${schema} first`, async (context) => {
        const former = await formerVersion(commit);
        if (former === undefined) {
          context.skip(NO_HISTORY);
          return;
        }
        assert.deepEqual(await build((...call) => former.evergrant(...call), thisVersion), await fresh);
      });
    }
  });
}
