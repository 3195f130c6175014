/** Words that Cal.com writes in capitals, where no letter stands beside them. */
const IN_CAPITALS = /(?<![A-Za-z])(?:gmt|est|utc)(?![A-Za-z])/gi;

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

/**
 * The name as Cal.com stores it: each word between slashes and underscores begins with a capital, whatever the database
 * of time zones has, so that `egypt` becomes `Egypt` and `US/Pacific` becomes `Us/Pacific`. From
 * packages/platform/types/utils/normalizeTimezone.ts of calcom/cal.com at d1391f44, read on 28 November 2026.
 */
export function repairTimeZone(name: string): string {
  const words = name.toLowerCase().replaceAll(/(?<=^|[/_])[a-z]/g, (letter) => letter.toUpperCase());
  return words.replaceAll(IN_CAPITALS, (word) => word.toUpperCase());
}
