import { grantStoreContract } from './grant-store-contract.ts';
import { sqlitePlace } from './open-test-stores.ts';

grantStoreContract('SQLite', sqlitePlace);
