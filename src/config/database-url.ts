import { Refusal } from './refusal.ts';

/** The database to open. */
export interface DatabaseConfig {
  readonly kind: 'sqlite';
  /** Of the database file; a relative one starts at the working directory. */
  readonly path: string;
}

const ACCEPTED =
  'Accepted: sqlite: and the path of a file, for example sqlite:./evergrant.db or sqlite:/var/lib/evergrant.db.';
/** `sqlite:PATH`, and `sqlite:///PATH` as some libraries write an absolute one. */
const SQLITE = /^sqlite:(?:\/\/(?=\/))?([^?#]+)$/;

/** Reads the database's URL. Throws a Refusal. */
export function parseDatabaseUrl(text: string): DatabaseConfig {
  if (/^postgres(?:ql)?:/.test(text)) {
    throw new Refusal('asks for Postgres, which comes with a later version', ACCEPTED);
  }
  const path = SQLITE.exec(text)?.[1];
  if (path === undefined || path.startsWith('//')) throw new Refusal('is not a database URL', ACCEPTED);
  if (path.startsWith(':')) {
    throw new Refusal('asks for a database in memory, which would lose every token at the end', ACCEPTED);
  }
  if (path.endsWith('/')) throw new Refusal('names a folder, not a file', ACCEPTED);
  return { kind: 'sqlite', path };
}
