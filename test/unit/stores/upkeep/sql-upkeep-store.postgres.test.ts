import { after } from 'node:test';
import { eventLogContract } from '../contracts/grants/event-log-contract.ts';
import { postgresSqlPlace } from '../../../support/stores/sql-place.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';
import { successionContract } from '../contracts/connections/succession-contract.ts';
import { upkeepContract } from '../contracts/upkeep/upkeep-contract.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());
const openPlace = () => postgresSqlPlace(server);

upkeepContract('Postgres', openPlace);
eventLogContract('Postgres', openPlace);
successionContract('Postgres', openPlace);
