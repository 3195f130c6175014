import type { Kysely, Transaction } from 'kysely';
import type { Database } from './schema.ts';
import { whileBusy } from './while-busy.ts';

/** Runs one transaction, waiting for its turn without holding up the process. */
export function transact<Result>(
  db: Kysely<Database>,
  work: (transaction: Transaction<Database>) => Promise<Result>,
): Promise<Result> {
  return whileBusy(() => db.transaction().execute(work));
}
