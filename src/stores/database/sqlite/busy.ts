/** SQLITE_BUSY; extended codes have it in their low byte. */
const BUSY = 5;

/** True where another connection's lock was in the way. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY;
}

/** SQLite's primary result code, without its extension; NaN for any other error. */
export function primaryCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : NaN;
}
