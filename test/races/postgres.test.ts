import { after } from 'node:test';
import { startPostgres } from '../stores/start-postgres.ts';
import { postgres } from './databases.ts';
import { describeRaces } from './races.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

describeRaces(postgres(server));
