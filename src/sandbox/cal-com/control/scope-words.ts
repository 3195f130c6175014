const SUBJECTS: ReadonlyMap<string, string> = new Map([
  ['EVENT_TYPE', 'your event types'],
  ['BOOKING', 'your bookings'],
  ['SCHEDULE', 'your schedules'],
  ['APPS', 'your apps'],
  ['PROFILE', 'your profile'],
  ['WEBHOOK', 'your webhooks'],
  ['VERIFIED_RESOURCES', 'your verified e-mail addresses and phone numbers'],
  ['CREDITS', 'your credits'],
  ['INSIGHTS', 'your insights'],
  ['TEAM_EVENT_TYPE', 'event types of your teams'],
  ['TEAM_BOOKING', 'bookings of your teams'],
  ['TEAM_SCHEDULE', 'schedules of your teams'],
  ['TEAM_PROFILE', 'your teams'],
  ['TEAM_MEMBERSHIP', 'who is in your teams'],
  ['TEAM_APPS', 'apps of your teams'],
  ['TEAM_ROUTING_FORM', 'routing forms of your teams'],
  ['TEAM_WORKFLOW', 'workflows of your teams'],
  ['TEAM_VERIFIED_RESOURCES', 'verified e-mail addresses and phone numbers of your teams'],
  ['TEAM_INSIGHTS', 'insights of your teams'],
  ['ORG_EVENT_TYPE', 'event types of your organization'],
  ['ORG_BOOKING', 'bookings of your organization'],
  ['ORG_SCHEDULE', 'schedules of your organization'],
  ['ORG_PROFILE', 'your organization'],
  ['ORG_MEMBERSHIP', 'who is in your organization'],
  ['ORG_ROUTING_FORM', 'routing forms of your organization'],
  ['ORG_WEBHOOK', 'webhooks of your organization'],
  ['ORG_ATTRIBUTES', 'attributes of your organization'],
  ['ORG_INSIGHTS', 'insights of your organization'],
]);

/** What a scope allows, in words; undefined if there are none for it. */
export function wordsOf(scope: string): string | undefined {
  const [, subject = '', action] = /^(.+)_(READ|WRITE)$/.exec(scope) ?? [];
  const what = SUBJECTS.get(subject);
  return what === undefined ? undefined : `${action === 'READ' ? 'See' : 'Change'} ${what}`;
}
