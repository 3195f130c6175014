import type { Transaction } from 'kysely';
import type { ImportedGrant } from '../../grants/storage/import-store.ts';
import { grantOfAccount } from '../connections/connection.ts';
import { isMistaken } from '../grants/last-event.ts';
import type { Database } from '../database/schema.ts';

/**
 * Ensures that the grant has the account that the import names, where that is certain; otherwise returns what is wrong.
 */
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
  if (known !== null && !(await isMistaken(transaction, grantId))) return 'other_account';
  // The grant has no account, or no longer has one, or the last import named a wrong one. It gets this one unless that would give it to another subject.
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
