import { after } from 'node:test';
import { revertedContract } from '../contracts/grants/reverted-contract.ts';
import { postgresSqlPlace, sqliteSqlPlace } from '../../../support/stores/sql-place.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

revertedContract('SQLite', sqliteSqlPlace);
revertedContract('Postgres', () => postgresSqlPlace(server));
