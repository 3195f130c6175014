import { after } from 'node:test';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { postgres } from '../../support/races/databases.ts';
import { describeRaces } from './races.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

describeRaces(postgres(server));
