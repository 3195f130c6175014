import { after } from 'node:test';
import { linkContract } from './link-contract.ts';
import { postgresSqlPlace, sqliteSqlPlace } from './sql-place.ts';
import { startPostgres } from './start-postgres.ts';
import { takenLinksContract } from './taken-links-contract.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

linkContract('SQLite', sqliteSqlPlace);
linkContract('Postgres', () => postgresSqlPlace(server));
takenLinksContract('SQLite', sqliteSqlPlace);
takenLinksContract('Postgres', () => postgresSqlPlace(server));
