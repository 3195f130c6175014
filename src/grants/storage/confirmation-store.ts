import type { AccountProfile } from '../../providers/provider.ts';
import type { GrantEvent } from '../events.ts';
import type { ExchangeName } from '../exchange.ts';

/** A credential of a grant, and the account that the grant was imported with. */
export interface CheckedCredential extends ExchangeName {
  readonly grantId: string;
  readonly accountId: string;
}

/** Stores what providers say about the accounts of imports. Methods reject with the store's error. */
export interface ConfirmationStore {
  /**
   * Stores that the account is the one of this credential, and its profile. Does nothing if the grant has another
   * account by now, or other credentials that have not been checked.
   */
  noteConfirmed(checked: CheckedCredential, profile: AccountProfile): Promise<void>;
  /**
   * Ends a credential because its tokens are of another account than the grant's. Does nothing if the grant has another
   * account by now.
   *
   * @returns the event written with it, if the grant is left with nothing
   */
  noteMismatch(checked: CheckedCredential): Promise<GrantEvent | undefined>;
}
