import type { Permission } from '../../page/consent-page.ts';

const WORDS: ReadonlyMap<string, string> = new Map([
  ['read_account', 'See who you are'],
  ['list_calendars', 'See your calendars'],
  ['create_calendar', 'Add calendars'],
  ['read_events', 'See your events'],
  ['create_event', 'Add and change events'],
  ['delete_event', 'Delete events'],
  ['read_free_busy', 'See when you are busy'],
  ['change_participation_status', 'Answer invitations for you'],
  ['event_reminders', 'Set reminders'],
]);

/** What scopes, parted by spaces, let an application do, in words where there are any. */
export function permissionsOf(scope: string): Permission[] {
  const scopes = new Set(scope.split(' ').filter((one) => one !== ''));
  return [...scopes].map((one) => ({ words: WORDS.get(one), scope: one }));
}
