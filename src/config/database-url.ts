import { parsePostgresUrl as addressOf } from '../postgres-url.ts';
import { Refusal } from './refusal.ts';

/** The database to open. A Postgres URL holds a password, so it is in `Secrets.databaseUrl`. */
export type DatabaseConfig = SqliteConfig | PostgresConfig;

/** A SQLite file on this machine. */
export interface SqliteConfig {
  readonly kind: 'sqlite';
  /** The path of the database file; a relative one is resolved from the working directory. */
  readonly path: string;
}

/** A Postgres server. */
export interface PostgresConfig {
  readonly kind: 'postgres';
  /** Hosts, ports and database name, safe to show. */
  readonly place: string;
}

const ACCEPTED =
  'Accepted: sqlite: and the path of a file, for example sqlite:./evergrant.db, or postgres://user:password@host:5432/database (several: host1:5432,host2:5432).';
/** The values of libpq's `target_session_attrs` that suit a database that stores tokens. */
const WRITABLE = ['read-write', 'primary', 'any'];
const POSTGRES = /^postgres(?:ql)?:\/\//;
/** `sqlite:PATH`, or `sqlite:///PATH` as some libraries write an absolute path. */
const SQLITE = /^sqlite:(?:\/\/(?=\/))?([^?#]+)$/;

/**
 * Parses the database URL.
 *
 * @throws Refusal if it names no supported database
 */
export function parseDatabaseUrl(text: string): DatabaseConfig {
  if (isPostgresUrl(text)) return parsePostgresUrl(text);
  const path = SQLITE.exec(text)?.[1];
  if (path === undefined || path.startsWith('//')) throw new Refusal('is not a database URL', ACCEPTED);
  if (path.startsWith(':')) {
    throw new Refusal('asks for a database in memory, which would lose every token at the end', ACCEPTED);
  }
  if (path.endsWith('/')) throw new Refusal('names a folder, not a file', ACCEPTED);
  return { kind: 'sqlite', path };
}

/** Whether a text has the form of a Postgres URL. */
export function isPostgresUrl(text: string): boolean {
  return POSTGRES.test(text);
}

function parsePostgresUrl(text: string): PostgresConfig {
  const address = addressOf(text);
  if (address === undefined) throw new Refusal('is not the URL of a Postgres database', ACCEPTED);
  const { hosts, database, target } = address;
  if (target !== undefined && !WRITABLE.includes(target)) {
    throw new Refusal(
      'asks by target_session_attrs for a server that need not take writes',
      `Accepted: ${WRITABLE.join(', ')}; without it, the first host that takes writes is used as well.`,
    );
  }
  return { kind: 'postgres', place: `${hosts.join(',')}/${database}` };
}
