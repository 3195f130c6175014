import { grantStoreContract } from '../stores/grant-store-contract.ts';
import { memoryPlace } from './memory/memory-place.ts';

// What the simulation runs on is held to the very contract that the databases are held to.
grantStoreContract('memory', memoryPlace);
