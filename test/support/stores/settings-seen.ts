import { connectMany, openPostgresStores } from './open-postgres.ts';
import { runSql } from './run-sql.ts';

/** Settings that a database may have, and none that suits us. */
export const OTHER_DEFAULTS = {
  synchronous_commit: 'off',
  statement_timeout: '1h',
  lock_timeout: '1ms',
  jit: 'on',
  default_transaction_isolation: 'serializable',
};

/** What a transaction of ours is to see of them. */
export const OURS = {
  synchronous_commit: 'on',
  statement_timeout: '10s',
  lock_timeout: '0',
  jit: 'off',
  transaction_isolation: 'read committed',
};

/** The statements that make settings the defaults of a database. */
export function defaultsOf(url: string, settings: Readonly<Record<string, string>>): string[] {
  const name = new URL(url).pathname.slice(1);
  return Object.entries(settings).map(([key, value]) => `alter database ${name} set ${key} = '${value}'`);
}

/**
 * What a transaction of the stores sees, told by a trigger on a table of theirs.
 *
 * @param url by which the stores reach the database
 * @param directUrl by which the test does; default: the same
 */
export async function settingsSeen(url: string, directUrl = url): Promise<Record<string, string>> {
  const pairs = Object.keys(OURS).map((name) => `'${name}', current_setting('${name}')`);
  await using stores = await openPostgresStores(url);
  await runSql(
    directUrl,
    'create table seen (settings jsonb)',
    `create function note() returns trigger language plpgsql as $$ begin
      insert into seen values (jsonb_build_object(${pairs.join(', ')})); return new; end $$`,
    'create trigger note before insert on grants for each row execute function note()',
  );
  await connectMany(stores, 1);
  const [{ settings }] = await runSql(directUrl, 'select settings from seen');
  return settings;
}
