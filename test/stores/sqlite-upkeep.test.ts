import { eventLogContract } from './event-log-contract.ts';
import { sqliteSqlPlace } from './sql-place.ts';
import { successionContract } from './succession-contract.ts';
import { upkeepContract } from './upkeep-contract.ts';

upkeepContract('SQLite', sqliteSqlPlace);
eventLogContract('SQLite', sqliteSqlPlace);
successionContract('SQLite', sqliteSqlPlace);
