import { isPlainText, storableText } from '../plain-text.ts';
import type { AccountProfile, ShownAccount } from './exchange-result.ts';

const LONGEST_ID = 255;
const LONGEST_TEXT = 10_000;

/**
 * The id of an account as it stands in JSON, a text or a whole number; undefined where it is none that could be kept apart
 * from all others.
 */
export function accountIdOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && isPlainText(value, LONGEST_ID) ? value : undefined;
}

/** A text about an account as it stands in JSON; null where there is none, or one longer than anybody wrote by hand. */
export function shownText(value: unknown): string | null {
  return typeof value === 'string' ? storableText(value, LONGEST_TEXT) : null;
}

/**
 * What is shown of an account besides its id.
 *
 * @param shown whatever stands at its place in the provider's JSON; what is no text counts as nothing
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

/** An account by its id and what else is shown of it; undefined where the id is none that could be kept. */
export function toProfile(id: unknown, shown: Parameters<typeof shownAccount>[0]): AccountProfile | undefined {
  const accountId = accountIdOf(id);
  return accountId === undefined ? undefined : { accountId, ...shownAccount(shown) };
}
