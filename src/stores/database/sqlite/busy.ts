/** SQLITE_BUSY; extended codes carry it in their low byte. */
const BUSY = 5;

/** True where another connection's lock stood in the way. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY;
}

/** SQLite's result code without what is added to it; NaN of any other error. */
export function primaryCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : NaN;
}
