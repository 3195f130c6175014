import type { AccountProfile } from '../../providers/provider.ts';

/** An account as responses show it. */
export function toAccount({
  accountId,
  email = null,
  username = null,
  name = null,
}: Pick<AccountProfile, 'accountId'> & Partial<AccountProfile>) {
  return { id: accountId, email, username, name };
}
