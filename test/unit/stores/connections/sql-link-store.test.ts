import { after } from 'node:test';
import { linkContract } from '../contracts/connections/link-contract.ts';
import { postgresSqlPlace, sqliteSqlPlace } from '../../../support/stores/sql-place.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';
import { takenLinksContract } from '../contracts/connections/taken-links-contract.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

linkContract('SQLite', sqliteSqlPlace);
linkContract('Postgres', () => postgresSqlPlace(server));
takenLinksContract('SQLite', sqliteSqlPlace);
takenLinksContract('Postgres', () => postgresSqlPlace(server));
