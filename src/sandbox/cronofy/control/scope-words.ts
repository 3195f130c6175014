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

/** What a scope allows, in words; undefined if there are none for it. */
export function wordsOf(scope: string): string | undefined {
  return WORDS.get(scope);
}
