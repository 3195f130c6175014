import { after } from 'node:test';
import { revertedContract } from './reverted-contract.ts';
import { postgresSqlPlace, sqliteSqlPlace } from './sql-place.ts';
import { startPostgres } from './start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

revertedContract('SQLite', sqliteSqlPlace);
revertedContract('Postgres', () => postgresSqlPlace(server));
