/** The stable codes of {@link LinkError}. */
export type LinkErrorCode =
  | 'provider_not_linkable'
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
  /** Where the user may be sent on to; undefined where that isn't known. */
  readonly returnTo: string | undefined;

  constructor(code: LinkErrorCode, options: { returnTo?: string; cause?: unknown } = {}) {
    super(MESSAGES[code], { cause: options.cause });
    this.code = code;
    this.returnTo = options.returnTo;
  }
}

const MESSAGES: Readonly<Record<LinkErrorCode, string>> = {
  provider_not_linkable: 'Accounts of this provider are not linked by their users.',
  link_expired:
    'It was used already, or begun in another browser, or too much time has passed. Begin again in the app.',
  access_denied: 'You did not allow access, so nothing was linked.',
  provider_refused: 'The provider could not ask for your consent. Nothing was linked; try again later.',
  link_code_invalid: 'This code is not valid: it is unknown, used, too old, or not yours. Link the account again.',
  link_failed: 'The provider did not give us access in the end. Link the account again.',
  other_account:
    'Another account than before was chosen. Ask whether it is to take its place, then send "replace": true.',
};
