const TITLES: ReadonlyMap<string, string> = new Map([
  ['cal-com', 'Cal.com'],
  ['cal-com-managed', 'Cal.com'],
  ['calendly', 'Calendly'],
  ['cronofy', 'Cronofy'],
  ['cronofy-managed', 'Cronofy'],
  ['google', 'Google'],
  ['microsoft', 'Microsoft'],
]);

/** A provider as people call it; by its own name where the operator made it up. */
export function providerTitle(name: string): string {
  return TITLES.get(name) ?? name;
}
