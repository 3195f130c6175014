import { after } from 'node:test';
import { eventLogContract } from './event-log-contract.ts';
import { postgresSqlPlace } from './sql-place.ts';
import { startPostgres } from './start-postgres.ts';
import { successionContract } from './succession-contract.ts';
import { upkeepContract } from './upkeep-contract.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());
const openPlace = () => postgresSqlPlace(server);

upkeepContract('Postgres', openPlace);
eventLogContract('Postgres', openPlace);
successionContract('Postgres', openPlace);
