import { migrateDatabase } from '../../../src/stores/index.ts';

/** Brings the schema of a SQLite file up to date; gives the names of what was applied. */
export async function migrateFile(path: string): Promise<readonly string[]> {
  return (await migrateDatabase({ location: { kind: 'sqlite', path } })).applied;
}
