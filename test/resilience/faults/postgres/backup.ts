import { copyFile, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { SharedDatabase } from '../../../support/races/databases.ts';

/** The state of a database at one moment, to be put in its place later. */
export interface Backup {
  /** Puts it in its place; no service may have it open. */
  restore(): Promise<void>;
}

/** Makes a backup while services run, as an operator does: a copy of the file, or of all rows as a dump holds them. */
export async function backUp(database: SharedDatabase): Promise<Backup> {
  const { location } = database;
  return 'path' in location ? backUpFile(location.path) : backUpRows(database);
}

function backUpFile(path: string): Backup {
  const backup = `${path}.backup`;
  using database = new DatabaseSync(path, { timeout: 10_000 });
  database.exec(`vacuum into '${backup}'`);
  return {
    async restore() {
      for (const end of ['', '-wal', '-shm']) await rm(path + end, { force: true });
      await copyFile(backup, path);
    },
  };
}

async function backUpRows({ rows, run }: SharedDatabase): Promise<Backup> {
  const tables = await rows("select tablename as name from pg_tables where schemaname = 'public'");
  const names = tables.map(({ name }): string => name);
  await run(
    `begin isolation level repeatable read; create schema backup;
    ${names.map((name) => `create table backup.${name} as select * from public.${name};`).join('\n')} commit`,
  );
  return {
    restore: () =>
      run(
        `begin; set local session_replication_role = replica;
        ${names.map((name) => `delete from public.${name};`).join('\n')}
        ${names.map((name) => `insert into public.${name} overriding system value select * from backup.${name};`).join('\n')}
        commit`,
      ),
  };
}
