import type { CompiledQuery, QueryResult, Transaction } from 'kysely';
import { PipelinedConnection } from './postgres/pipelined-connection.ts';
import type { Database } from './schema.ts';

/** Statements that are on their way. */
export interface Sent {
  /**
   * Their answers, for after the transaction: it is committed only if all of them succeeded, and fails with the error of the
   * first that did not.
   */
  readonly answers: Promise<QueryResult<unknown>[]>;
}

/**
 * Sends statements of one transaction in one go where the database is far away, and runs them one after another where it is not. Each
 * sees what those before it did, and what was committed before it began. Those that begin a transaction must be such that nobody
 * is harmed should they run alone, without it: reads and locks, or what is worth nothing unless the transaction succeeds.
 *
 * @returns once they are on their way
 */
export function send(transaction: Transaction<Database>, queries: readonly CompiledQuery[]): Promise<Sent> {
  return transaction.getExecutor().provideConnection(async (connection) => {
    if (connection instanceof PipelinedConnection) return { answers: connection.send(queries) };
    const answers: QueryResult<unknown>[] = [];
    for (const query of queries) answers.push(await connection.executeQuery<unknown>(query));
    return { answers: Promise.resolve(answers) };
  });
}

/** As {@link send}, and waits for the answers. */
export async function together(
  transaction: Transaction<Database>,
  queries: readonly CompiledQuery[],
): Promise<QueryResult<unknown>[]> {
  const { answers } = await send(transaction, queries);
  return answers;
}

/** Does `work` once the transaction is committed; on Postgres alone. */
export function onceCommitted(transaction: Transaction<Database>, work: () => void): Promise<void> {
  return transaction.getExecutor().provideConnection((connection) => {
    if (connection instanceof PipelinedConnection) connection.onceCommitted(work);
    return Promise.resolve();
  });
}
