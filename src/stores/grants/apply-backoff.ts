import { sql, type Transaction } from 'kysely';
import type { OpenExchange } from '../../grants/exchange.ts';
import type { Backoff } from '../../grants/grant.ts';
import type { Database } from '../database/schema.ts';
import { newestNonce } from './exchange-row.ts';

/** Only the newest exchange shows the provider's state; a late failure would hold back a grant that works. */
export async function applyBackoff(
  transaction: Transaction<Database>,
  exchange: OpenExchange,
  backoff: Backoff,
): Promise<void> {
  await transaction
    .updateTable('grants')
    .set(backoffColumns(backoff))
    .where('id', '=', exchange.grantId)
    .where(sql<boolean>`${newestNonce(exchange.grantId)} = ${exchange.nonce}`)
    .execute();
}

/** The columns of a grant's row that store a back-off. */
export function backoffColumns({ failures, retryAt, lastFailure }: Backoff) {
  return { failures, retry_at: retryAt, last_failure: lastFailure };
}
