import { after } from 'node:test';
import { postgresSqlPlace, sqliteSqlPlace } from '../../../support/stores/sql-place.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';
import { unrenewableContract } from '../contracts/grants/unrenewable-contract.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

unrenewableContract('SQLite', sqliteSqlPlace);
unrenewableContract('Postgres', () => postgresSqlPlace(server));
