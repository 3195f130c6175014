import type { Transaction } from 'kysely';
import type { Clock } from '../../grants/clock.ts';
import type { GrantEvent } from '../../grants/events.ts';
import type { CheckedCredential, ConfirmationStore } from '../../grants/storage/confirmation-store.ts';
import type { AccountProfile } from '../../providers/provider.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import { recordMismatch } from '../grants/record-event.ts';
import { endCredential } from '../grants/supersede.ts';

/** Whether the accounts of imports are confirmed, in SQL: an account without the time of its profile is not. */
export class SqlConfirmationStore implements ConfirmationStore {
  readonly #database: SqlDatabase;
  readonly #clock: Clock;

  /** @param clock the one that judges the age of profiles */
  constructor(database: SqlDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  noteConfirmed(checked: CheckedCredential, profile: AccountProfile): Promise<void> {
    const { grantId, accountId, nonce } = checked;
    return this.#database.transact(async (transaction) => {
      // An import locks the grant as well, so that its tokens are seen here or ask for a check of their own.
      await this.#database.lockGrant(transaction, grantId);
      const standing = await standingOf(transaction, grantId);
      if (standing.some((each) => each.nonce !== nonce)) return;
      await transaction
        .updateTable('grants')
        .set({ profile: JSON.stringify(profile), profile_at: this.#clock.now() })
        .where('id', '=', grantId)
        .where('account_id', '=', accountId)
        .execute();
    });
  }

  noteMismatch(checked: CheckedCredential): Promise<GrantEvent | undefined> {
    const { grantId, accountId, exchangeId } = checked;
    return this.#database.transact(async (transaction) => {
      await this.#database.lockGrant(transaction, grantId);
      const at = await this.#database.readTime(transaction);
      if ((await accountOf(transaction, grantId)) !== accountId) return undefined;
      const hasEnded = await endCredential(transaction, grantId, checked, { now: at, reason: 'rejected' });
      const isLeft = !hasEnded || (await standingOf(transaction, grantId)).length > 0;
      await this.#database.notifyChange(transaction, grantId);
      return isLeft ? undefined : recordMismatch(transaction, { grantId, exchangeId, at });
    });
  }
}

/** The credentials of a grant that have not ended. */
function standingOf(transaction: Transaction<Database>, grantId: string): Promise<{ nonce: string }[]> {
  const query = transaction.selectFrom('credentials').select('nonce').where('grant_id', '=', grantId);
  return query.where('ended_at', 'is', null).execute();
}

async function accountOf(transaction: Transaction<Database>, grantId: string): Promise<string | null | undefined> {
  const query = transaction.selectFrom('grants').select('account_id').where('id', '=', grantId);
  return (await query.executeTakeFirst())?.account_id;
}
