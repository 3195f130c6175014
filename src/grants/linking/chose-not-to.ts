/**
 * How providers say that a person chose not to consent: the standard's word (RFC 6749 section 4.1.2.1), LinkedIn's and
 * Apple's, and those of servers that say the same of a person in the middle of signing in.
 */
const WORDS = [
  'access_denied',
  'user_cancelled_login',
  'user_cancelled_authorize',
  'user_canceled_login',
  'user_canceled_authorize',
  'user_cancelled',
  'user_canceled',
  'cancelled',
  'canceled',
  'user_denied',
  'user_declined',
  'consent_declined',
  'consent_denied',
  'authorization_declined',
  'authorization_denied',
  'oem_cancelled_login',
].map(withoutSeparators);

/** Whether the error that a browser brings back (RFC 6749 section 4.1.2.1) says that its user chose not to consent. */
export function choseNotTo(error: string | undefined): boolean {
  return error !== undefined && WORDS.includes(withoutSeparators(error));
}

/** What all spellings of a word have in common: `AccessDenied` is `access_denied`. */
function withoutSeparators(word: string): string {
  return word.toLowerCase().replaceAll(/[\s._-]+/g, '');
}
