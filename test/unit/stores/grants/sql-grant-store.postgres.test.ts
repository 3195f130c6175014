import { after } from 'node:test';
import { grantStoreContract } from '../contracts/grants/grant-store-contract.ts';
import { postgresPlace } from '../../../support/stores/postgres-place.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

grantStoreContract('Postgres', () => postgresPlace(server));
