import type { AccountProfile } from '../../providers/provider.ts';

/** The stable codes of {@link LinkError}. */
export type LinkErrorCode =
  | 'provider_not_linkable'
  | 'too_many_links'
  | 'link_expired'
  | 'access_denied'
  | 'provider_refused'
  | 'link_code_invalid'
  | 'link_failed'
  | 'other_account';

/** Why an account was not linked. The message is fit to show a person and holds no secret. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly code: LinkErrorCode;
  /** Where to send the user next; undefined if that is not known. */
  readonly returnTo: string | undefined;

  /** The two accounts concerned; set for `other_account`. */
  readonly accounts: TwoAccounts | undefined;

  constructor(
    code: LinkErrorCode,
    options: { returnTo?: string | undefined; accounts?: TwoAccounts; cause?: unknown } = {},
  ) {
    const { accounts, cause, returnTo } = options;
    super(accounts === undefined ? LINK_MESSAGES[code] : otherAccount(accounts), { cause });
    this.code = code;
    this.returnTo = returnTo;
    this.accounts = accounts;
  }
}

/**
 * The account that a user has just chosen, and the one linked before; `present` is undefined if little is known about
 * it.
 */
export interface TwoAccounts {
  readonly chosen: AccountProfile;
  readonly present: AccountProfile | undefined;
}

/**
 * The text that tells a person about each error. It also works under a title that says whose account was not linked.
 */
export const LINK_MESSAGES: Readonly<Record<LinkErrorCode, string>> = {
  provider_not_linkable: 'Accounts of this provider are not linked by their users.',
  too_many_links: 'This user has begun to link accounts very often and finished none. Try again in some minutes.',
  link_expired:
    'It was used already, begun in another browser, or begun more than ten minutes ago. Begin again in the app.',
  access_denied: 'You chose not to allow access. Nothing has changed.',
  provider_refused: 'The provider could not ask for your consent. Try again later.',
  link_code_invalid: 'This code is not valid: it is unknown, used, too old, or not yours. Link the account again.',
  link_failed: 'The provider did not give us access in the end. Link the account again.',
  other_account: 'Another account than before was chosen. Linking it would end the link to the one before.',
};

function otherAccount({ chosen, present }: TwoAccounts): string {
  const before = present === undefined ? 'another account' : nameOf(present);
  return `You chose ${nameOf(chosen)}, but ${before} is linked already. To link the one is to give up the other.`;
}

function nameOf({ email, username, name, accountId }: AccountProfile): string {
  return email ?? username ?? name ?? accountId;
}
