import { after } from 'node:test';
import { MemoryPauses } from '../../../support/memory-store/memory-pauses.ts';
import { pausesContract, type PausesPlace } from '../contracts/upkeep/pauses-contract.ts';
import { postgresSqlPlace, sqliteSqlPlace, type SqlPlace } from '../../../support/stores/sql-place.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';
import { TestClock } from '../../../support/stores/test-clock.ts';

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
