import { after } from 'node:test';
import { MemoryPauses } from '../simulate/memory/memory-pauses.ts';
import { pausesContract, type PausesPlace } from './pauses-contract.ts';
import { postgresSqlPlace, sqliteSqlPlace, type SqlPlace } from './sql-place.ts';
import { startPostgres } from './start-postgres.ts';
import { TestClock } from './test-clock.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

async function over(open: () => Promise<SqlPlace>): Promise<PausesPlace> {
  const place = await open();
  const [{ pauses: ours }, { pauses: theirs }] = [await place.openAll(), await place.openAll()];
  return { clock: place.clock, ours, theirs, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

pausesContract('SQLite', () => over(sqliteSqlPlace));
pausesContract('Postgres', () => over(() => postgresSqlPlace(server)));
pausesContract('memory', () => {
  const clock = new TestClock();
  const pauses = new MemoryPauses(() => clock.now());
  return Promise.resolve({ clock, ours: pauses, theirs: pauses, [Symbol.asyncDispose]: () => Promise.resolve() });
});
