const byLowerCase = new Map(
  [...Intl.supportedValuesOf('timeZone'), 'UTC', 'GMT'].map((zone) => [zone.toLowerCase(), zone]),
);

/** Whether the platform's time zone database knows the name, aliases included. */
export function isTimeZone(name: string): boolean {
  // Offsets such as +02:00 are understood by Intl but are no names of zones.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Repairs the letter case (`America/New_york`); a name not listed, such as an alias, stays as it is. */
export function repairTimeZone(name: string): string {
  return byLowerCase.get(name.toLowerCase()) ?? name;
}
