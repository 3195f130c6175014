import { after } from 'node:test';
import { confirmationContract } from '../contracts/connections/confirmation-contract.ts';
import { postgresPlace } from '../../../support/stores/postgres-place.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

confirmationContract('Postgres', () => postgresPlace(server));
