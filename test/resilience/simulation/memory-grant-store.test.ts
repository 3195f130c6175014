import { grantStoreContract } from '../../unit/stores/contracts/grants/grant-store-contract.ts';
import { memoryPlace } from '../../support/memory-store/memory-place.ts';

// What the simulation runs on is held to the very contract that the databases are held to.
grantStoreContract('memory', memoryPlace);
