import type { DatabaseLocation } from '../location.ts';
import type { DatabaseMeans, MigratorConnection } from './migrator-connection.ts';

/** Opens a connection that is used for migrations only. Loads the code of one database alone. */
export async function openForMigration(location: DatabaseLocation, means: DatabaseMeans): Promise<MigratorConnection> {
  if (location.kind === 'sqlite') {
    const { openSqliteForMigration } = await import('./sqlite-connection.ts');
    return openSqliteForMigration(location.path, means);
  }
  const { openPostgresForMigration } = await import('./postgres-connection.ts');
  return openPostgresForMigration(location.url, means);
}
