import { sql } from 'kysely';
import { statements as grants } from './migrations/0001-grants.ts';
import { statements as upkeep } from './migrations/0002-upkeep.ts';
import { statements as links } from './migrations/0003-links.ts';
import { statements as departures } from './migrations/0004-departures.ts';
import { statements as names } from './migrations/0005-names.ts';
import { statements as upkeepByRealm } from './migrations/0006-upkeep-by-realm.ts';
import { statements as linkClaims } from './migrations/0007-link-claims.ts';
import { statements as successions } from './migrations/0008-successions.ts';
import { statements as awaited } from './migrations/0009-awaited.ts';
import { statements as forgetting } from './migrations/0010-forgetting.ts';
import type { SqlDatabase } from './sql-database.ts';

/** Forward only; a migration that has been released is never edited. */
const MIGRATIONS = [
  { id: 1, name: 'grants', statements: grants },
  { id: 2, name: 'upkeep', statements: upkeep },
  { id: 3, name: 'links', statements: links },
  { id: 4, name: 'departures', statements: departures },
  { id: 5, name: 'names', statements: names },
  { id: 6, name: 'upkeep-by-realm', statements: upkeepByRealm },
  { id: 7, name: 'link claims', statements: linkClaims },
  { id: 8, name: 'successions', statements: successions },
  { id: 9, name: 'awaited', statements: awaited },
  { id: 10, name: 'forgetting', statements: forgetting },
];

/** A database written by a later version of Evergrant than this one. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
  readonly code = 'newer_schema';
}

/**
 * Brings the schema up to date; several processes may do so at once. Each migration is one transaction that begins by
 * writing its own number, so that of two migrators one waits and then finds it done.
 *
 * @returns the names of the migrations applied now, oldest first
 * @throws {@link NewerSchemaError}
 */
export async function migrate(database: SqlDatabase): Promise<string[]> {
  const { integer } = database.columnTypes;
  await database.transact(async (transaction) => {
    await database.lockSchema(transaction);
    await sql
      .raw(
        `create table if not exists migrations (id integer primary key, name text not null, applied_at ${integer} not null)`,
      )
      .execute(transaction);
  });
  await refuseNewerSchema(database);
  const applied: string[] = [];
  for (const migration of MIGRATIONS) {
    const isNew = await database.transact(async (transaction) => {
      await database.lockSchema(transaction);
      const { numAffectedRows } = await sql`
        insert into migrations (id, name, applied_at) values (${migration.id}, ${migration.name}, ${Date.now()})
        on conflict (id) do nothing`.execute(transaction);
      if (numAffectedRows === 0n) return false;
      for (const statement of migration.statements(database.columnTypes)) await sql.raw(statement).execute(transaction);
      return true;
    });
    if (isNew) applied.push(migration.name);
  }
  return applied;
}

async function refuseNewerSchema({ db }: SqlDatabase): Promise<void> {
  const { rows } = await sql<{ newest: number | null }>`select max(id) as newest from migrations`.execute(db);
  const newest = rows[0]?.newest ?? 0;
  const known = MIGRATIONS.at(-1)?.id ?? 0;
  if (newest > known) {
    throw new NewerSchemaError(
      `The database has schema ${newest}, this version of Evergrant knows ${known}. Run the newer version.`,
    );
  }
}
