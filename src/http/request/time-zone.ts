const NAMED_ZONE = /^[A-Za-z]/;

/** Whether a name is in the IANA time zone database. Accepts old names, since browsers still send `Asia/Calcutta`. */
export function isTimeZone(name: string): boolean {
  // Intl also accepts offsets such as +01:00, which are not zone names and which Cal.com rejects.
  if (name.length > 64 || !NAMED_ZONE.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
