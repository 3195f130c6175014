import { after } from 'node:test';
import { grantStoreContract } from './grant-store-contract.ts';
import { postgresPlace } from './postgres-place.ts';
import { startPostgres } from './start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

grantStoreContract('Postgres', () => postgresPlace(server));
