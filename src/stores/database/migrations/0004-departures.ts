/**
 * A ticket may be opened more than once before one browser comes back, and a subject has a limited number of tickets.
 */
export function statements(): string[] {
  return [
    `drop index links_ticket`,
    `create unique index links_ticket on links (ticket_hash) where step = 'begun'`,
    `create index links_departures on links (ticket_hash)`,
    `create index links_subject on links (realm, subject)`,
  ];
}
