import { eventLogContract } from '../contracts/grants/event-log-contract.ts';
import { sqliteSqlPlace } from '../../../support/stores/sql-place.ts';
import { successionContract } from '../contracts/connections/succession-contract.ts';
import { upkeepContract } from '../contracts/upkeep/upkeep-contract.ts';

upkeepContract('SQLite', sqliteSqlPlace);
eventLogContract('SQLite', sqliteSqlPlace);
successionContract('SQLite', sqliteSqlPlace);
