import { parsePostgresUrl as addressOf } from '../postgres-url.ts';
import { Refusal } from './refusal.ts';

/** The database to open; the URL of a Postgres holds its password and is `Secrets.databaseUrl`. */
export type DatabaseConfig = SqliteConfig | PostgresConfig;

/** One file on this machine. */
export interface SqliteConfig {
  readonly kind: 'sqlite';
  /** Of the database file; a relative one starts at the working directory. */
  readonly path: string;
}

/** A Postgres server. */
export interface PostgresConfig {
  readonly kind: 'postgres';
  /** Hosts, ports and database, to be shown. */
  readonly place: string;
}

const ACCEPTED =
  'Accepted: sqlite: and the path of a file, for example sqlite:./evergrant.db, or postgres://user:password@host:5432/database (several: host1:5432,host2:5432).';
/** The kinds of server that libpq knows and that will do for tokens. */
const WRITABLE = ['read-write', 'primary', 'any'];
const POSTGRES = /^postgres(?:ql)?:\/\//;
/** `sqlite:PATH`, and `sqlite:///PATH` as some libraries write an absolute one. */
const SQLITE = /^sqlite:(?:\/\/(?=\/))?([^?#]+)$/;

/** Reads the database's URL. Throws a Refusal. */
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

/** True for what claims to be the URL of a Postgres database. */
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
