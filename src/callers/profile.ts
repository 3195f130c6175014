import { isEmail, isEmailWithinSpaces } from '../email.ts';

const NAME_LIMIT_CHARACTERS = 255;
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * Why the e-mail address in a credential is not used: its issuer says that it is not `verified`, there are `spaces`
 * around it, or it is no address at all.
 */
export type EmailFault = 'unverified' | 'spaces' | 'malformed';

/** The value if it is an e-mail address, otherwise undefined. */
export function parseEmail(value: unknown): string | undefined {
  return typeof value === 'string' && isEmail(value) ? value : undefined;
}

/** What is wrong with a value that is not an e-mail address; undefined for one that is, and for none at all. */
export function emailFaultOf(value: unknown): Exclude<EmailFault, 'unverified'> | undefined {
  if (value === undefined || value === null || value === '' || parseEmail(value) !== undefined) return undefined;
  return typeof value === 'string' && isEmailWithinSpaces(value) ? 'spaces' : 'malformed';
}

/** The trimmed value if it is text of 1 to 255 characters that can be shown as a person's name, otherwise undefined. */
export function parseName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value.trim();
  return name.length > 0 && name.length <= NAME_LIMIT_CHARACTERS && name.isWellFormed() && !CONTROL_CHARACTER.test(name)
    ? name
    : undefined;
}
