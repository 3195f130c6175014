import { after } from 'node:test';
import { importStoreContract } from './import-store-contract.ts';
import { postgresPlace } from './postgres-place.ts';
import { startPostgres } from './start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

importStoreContract('Postgres', () => postgresPlace(server));
