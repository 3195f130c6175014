import type { CompiledQuery, QueryResult, Transaction } from 'kysely';
import { PipelinedConnection } from './postgres/pipelined-connection.ts';
import type { Database } from './schema.ts';

/** Statements in flight. */
export interface Sent {
  /**
   * Their answers, to await after the transaction: it is committed only if all of them succeed, and fails with the
   * first error.
   */
  readonly answers: Promise<QueryResult<unknown>[]>;
}

/**
 * Sends statements of one transaction together where the database is remote, and runs them one after another where it
 * is not. Each sees what those before it did, and what was committed before it started. Those that start a transaction
 * must be harmless if they run alone, outside it: reads and locks, or writes that mean nothing unless the transaction
 * succeeds.
 *
 * @returns once they are sent
 */
export function send(transaction: Transaction<Database>, queries: readonly CompiledQuery[]): Promise<Sent> {
  return transaction.getExecutor().provideConnection(async (connection) => {
    if (connection instanceof PipelinedConnection) return { answers: connection.send(queries) };
    const answers: QueryResult<unknown>[] = [];
    for (const query of queries) answers.push(await connection.executeQuery<unknown>(query));
    return { answers: Promise.resolve(answers) };
  });
}

/** Like {@link send}, but waits for the answers. */
export async function together(
  transaction: Transaction<Database>,
  queries: readonly CompiledQuery[],
): Promise<QueryResult<unknown>[]> {
  const { answers } = await send(transaction, queries);
  return answers;
}

/** Runs `work` once the transaction is committed; on Postgres only. */
export function onceCommitted(transaction: Transaction<Database>, work: () => void): Promise<void> {
  return transaction.getExecutor().provideConnection((connection) => {
    if (connection instanceof PipelinedConnection) connection.onceCommitted(work);
    return Promise.resolve();
  });
}
