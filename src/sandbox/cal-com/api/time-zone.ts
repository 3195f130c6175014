const byLowerCase = new Map(
  [...Intl.supportedValuesOf('timeZone'), 'UTC', 'GMT'].map((zone) => [zone.toLowerCase(), zone]),
);

/** Whether the platform's time zone database knows the name, including aliases. */
export function isTimeZone(name: string): boolean {
  // Intl accepts offsets such as +02:00, which are not zone names.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Corrects the letter case, as in `America/New_york`. Names that are not listed, such as aliases, stay as they are. */
export function repairTimeZone(name: string): string {
  return byLowerCase.get(name.toLowerCase()) ?? name;
}
