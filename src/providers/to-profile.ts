import { isPlainText, storableText } from '../plain-text.ts';
import type { AccountProfile, ShownAccount } from './exchange-result.ts';

const LONGEST_ID = 255;
const LONGEST_TEXT = 10_000;

/**
 * The account id in a JSON value, a string or an integer, which beyond 2^53 must be a `bigint`; undefined if it cannot
 * serve as a unique id.
 */
export function accountIdOf(value: unknown): string | undefined {
  if (typeof value === 'bigint') return accountIdOf(String(value));
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && isPlainText(value, LONGEST_ID) ? value : undefined;
}

/** A text about an account in a JSON value; null if it is missing, or longer than anybody writes by hand. */
export function shownText(value: unknown): string | null {
  return typeof value === 'string' ? storableText(value, LONGEST_TEXT) : null;
}

/**
 * The profile of an account without its id.
 *
 * @param shown values from the provider's JSON; anything but text counts as missing
 */
export function shownAccount(
  shown: Readonly<Partial<Record<'username' | 'email' | 'name' | 'timeZone', unknown>>>,
): ShownAccount {
  return {
    username: shownText(shown.username),
    email: shownText(shown.email),
    name: shownText(shown.name),
    timeZone: shownText(shown.timeZone),
    timeFormat: null,
    weekStart: null,
    locale: null,
    defaultScheduleId: null,
    avatarUrl: null,
    bio: null,
    createdAt: null,
  };
}

/** The profile of an account with its id; undefined if the id is unusable. */
export function toProfile(id: unknown, shown: Parameters<typeof shownAccount>[0]): AccountProfile | undefined {
  const accountId = accountIdOf(id);
  return accountId === undefined ? undefined : { accountId, ...shownAccount(shown) };
}
