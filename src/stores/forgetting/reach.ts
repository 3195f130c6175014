import { sql, type Transaction } from 'kysely';
import { AHEAD_MS } from '../database/clock-set-back.ts';
import { isDead } from '../database/holder.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';

/** Up to which moments (epoch milliseconds, inclusive) the facts of each kind have been walked. */
export interface Reach {
  readonly events: number;
  readonly credentials: number;
  readonly exchanges: number;
}

/** How long a silent instance keeps the others from forgetting, in milliseconds. */
const LEASE_MS = 30_000;

/**
 * Takes the forgetting for this holder, or renews its lease: one instance forgets at a time. Another takes over once
 * the lease has run out, or at once where its holder was a process of this machine and is gone.
 *
 * @returns undefined where another instance has it
 */
export async function takeReach(
  database: SqlDatabase,
  transaction: Transaction<Database>,
  holder: string,
): Promise<Reach | undefined> {
  const now = database.now();
  const present = await transaction.selectFrom('forgetting').select('holder').executeTakeFirst();
  const free = present?.holder != null && isDead(present.holder) ? present.holder : holder;
  const { rows } = await sql<Reach>`
    update forgetting set holder = ${holder}, lease_until = ${now} + ${LEASE_MS}
    where holder is null or holder in (${holder}, ${free}) or lease_until <= ${now}
      -- Longer than any lease: the clock was set back since.
      or lease_until > ${now} + ${LEASE_MS + AHEAD_MS}
    returning events_to as events, credentials_to as credentials, exchanges_to as exchanges`.execute(transaction);
  return rows[0];
}

/** Records how far the facts of one kind have been walked; for the transaction that took the forgetting. */
export async function noteReach(
  transaction: Transaction<Database>,
  kind: keyof Reach,
  walkedTo: number,
): Promise<void> {
  await sql`update forgetting set ${sql.ref(`${kind}_to`)} = ${walkedTo}`.execute(transaction);
}
