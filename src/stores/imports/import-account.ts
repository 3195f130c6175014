import type { Transaction } from 'kysely';
import type { ImportedGrant } from '../../grants/storage/import-store.ts';
import { grantOfAccount } from '../connections/connection.ts';
import type { Database } from '../database/schema.ts';

/** Sees to it that the grant is of the account named, where that is certain; otherwise says what is not. */
export async function settleAccount(
  transaction: Transaction<Database>,
  grantId: string,
  grant: ImportedGrant,
): Promise<'other_account' | 'account_elsewhere' | 'account_unnamed' | undefined> {
  const { account_id: known } = await transaction
    .selectFrom('grants')
    .select('account_id')
    .where('id', '=', grantId)
    .executeTakeFirstOrThrow();
  if (known === (grant.accountId ?? null)) return undefined;
  if (grant.accountId === undefined) return 'account_unnamed';
  if (known !== null) return 'other_account';
  // The grant has no account (yet, or any more), and gets this one where that gives it to nobody else.
  const subjects = await transaction
    .selectFrom('connections')
    .select('subject')
    .where('grant_id', '=', grantId)
    .limit(2)
    .execute();
  if (subjects.length > 1 || (await grantOfAccount(transaction, grant)) !== undefined) return 'account_elsewhere';
  await transaction
    .updateTable('grants')
    .set({ account_id: grant.accountId, profile: null, profile_at: null })
    .where('id', '=', grantId)
    .execute();
  return undefined;
}
