import type { Config, Secrets } from '../config/index.ts';
import type { DatabaseLocation } from '../stores/database/location.ts';

/** Where the configuration says that things are kept. */
export function databaseLocation({ database }: Config, { databaseUrl }: Secrets): DatabaseLocation {
  if (database.kind === 'sqlite') return database;
  if (databaseUrl === undefined) throw new Error('A Postgres database without its URL.');
  return { kind: 'postgres', url: databaseUrl };
}
