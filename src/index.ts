/** Evergrant as a library. Anything not exported here is internal: stores and providers may still change shape. */
export { createEvergrant, type Evergrant, type EvergrantOptions } from './composition/evergrant.ts';
export { ConfigError, loadConfig, type LoadedConfig } from './config/index.ts';
export type { Keeper } from './grants/keeper/keeper.ts';
export type { LiveToken, TokenRequest } from './grants/keeper/live-token.ts';
export { KeeperError, type KeeperErrorCode } from './grants/errors.ts';
export type { Applicant } from './providers/provider.ts';
export { Secret } from './secret.ts';
