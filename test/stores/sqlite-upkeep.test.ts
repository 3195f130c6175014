import { eventLogContract } from './event-log-contract.ts';
import { sqliteSqlPlace } from './sql-place.ts';
import { upkeepContract } from './upkeep-contract.ts';

upkeepContract('SQLite', sqliteSqlPlace);
eventLogContract('SQLite', sqliteSqlPlace);
