/** The name of the provider that a realm is of: the realm's first word. */
export function providerOf(realm: string): string {
  return realm.split(' ', 1)[0] ?? realm;
}
