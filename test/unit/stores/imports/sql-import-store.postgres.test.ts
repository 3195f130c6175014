import { after } from 'node:test';
import { importStoreContract } from '../contracts/connections/import-store-contract.ts';
import { postgresPlace } from '../../../support/stores/postgres-place.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

importStoreContract('Postgres', () => postgresPlace(server));
