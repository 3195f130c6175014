const SUBJECTS: ReadonlyMap<string, string> = new Map([
  ['EVENT_TYPE', 'your event types'],
  ['BOOKING', 'your bookings'],
  ['SCHEDULE', 'your schedules'],
  ['APPS', 'your apps'],
  ['PROFILE', 'your profile'],
  ['TEAM_EVENT_TYPE', 'event types of your teams'],
  ['TEAM_BOOKING', 'bookings of your teams'],
  ['TEAM_SCHEDULE', 'schedules of your teams'],
  ['TEAM_PROFILE', 'your teams'],
  ['TEAM_MEMBERSHIP', 'who is in your teams'],
  ['ORG_EVENT_TYPE', 'event types of your organization'],
  ['ORG_BOOKING', 'bookings of your organization'],
  ['ORG_SCHEDULE', 'schedules of your organization'],
  ['ORG_PROFILE', 'your organization'],
]);

/** What a scope allows, in words; undefined if there are none for it. */
export function wordsOf(scope: string): string | undefined {
  const [, subject = '', action] = /^(.+)_(READ|WRITE)$/.exec(scope) ?? [];
  const what = SUBJECTS.get(subject);
  return what === undefined ? undefined : `${action === 'READ' ? 'See' : 'Change'} ${what}`;
}
