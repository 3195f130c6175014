const NAMED_ZONE = /^[A-Za-z]/;

/** True for the names of the IANA time zone database, old ones too: browsers still send `Asia/Calcutta`. */
export function isTimeZone(name: string): boolean {
  // Intl also takes offsets such as +01:00, which name no zone and which Cal.com refuses.
  if (name.length > 64 || !NAMED_ZONE.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
