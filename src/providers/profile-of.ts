import type { AccountProfile } from './answer.ts';

const LONGEST_ID = 255;

/**
 * An account by its id and what else is shown of it; undefined where the id is none that could be kept.
 *
 * @param id a text or a whole number, as the provider's JSON has it
 * @param shown whatever stands at its place in that JSON; what is no text counts as nothing
 */
export function profileOf(
  id: unknown,
  shown: Readonly<Partial<Record<'username' | 'email' | 'name' | 'timeZone', unknown>>>,
): AccountProfile | undefined {
  const accountId = typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id;
  if (typeof accountId !== 'string' || accountId === '' || accountId.length > LONGEST_ID) return undefined;
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    accountId,
    username: text(shown.username),
    email: text(shown.email),
    name: text(shown.name),
    timeZone: text(shown.timeZone),
    timeFormat: null,
    weekStart: null,
    locale: null,
    defaultScheduleId: null,
    avatarUrl: null,
    bio: null,
    createdAt: null,
  };
}
