import { grantStoreContract } from '../contracts/grants/grant-store-contract.ts';
import { sqlitePlace } from '../../../support/stores/open-test-stores.ts';

grantStoreContract('SQLite', sqlitePlace);
