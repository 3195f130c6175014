import { DEFAULT_BOUNDS } from '../../src/grants/exchange.ts';
import { migrateDatabase } from '../../src/stores/index.ts';
import { systemClock } from '../../src/system-clock.ts';

/** Brings the schema of a SQLite file up to date. */
export function migrateFile(path: string): Promise<string[]> {
  return migrateDatabase({ location: { kind: 'sqlite', path }, clock: systemClock, bounds: DEFAULT_BOUNDS });
}
