import type { DatabaseLocation } from '../database-location.ts';
import type { MigratorConnection } from './migrator-connection.ts';
import { openPostgresForMigration } from './postgres-connection.ts';
import type { Progress } from './progress.ts';
import { openSqliteForMigration } from './sqlite-connection.ts';

/** What a connection tells of itself. */
export interface DatabaseMeans {
  readonly progress: Progress;
  /** Told of what an operator must know of a SQLite file, once. */
  readonly trouble: (what: string, cause?: unknown) => void;
}

/** Opens a connection for migrations alone. */
export function openForMigration(location: DatabaseLocation, means: DatabaseMeans): Promise<MigratorConnection> {
  return location.kind === 'sqlite'
    ? openSqliteForMigration(location.path, means)
    : openPostgresForMigration(location.url, means);
}
