import type { DatabaseLocation } from '../location.ts';
import type { DatabaseMeans, MigratorConnection } from './migrator-connection.ts';
import { openPostgresForMigration } from './postgres-connection.ts';
import { openSqliteForMigration } from './sqlite-connection.ts';

/** Opens a connection that is used for migrations only. */
export function openForMigration(location: DatabaseLocation, means: DatabaseMeans): Promise<MigratorConnection> {
  return location.kind === 'sqlite'
    ? openSqliteForMigration(location.path, means)
    : openPostgresForMigration(location.url, means);
}
