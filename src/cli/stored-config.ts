import { Option } from 'commander';
import type { LoadedConfig } from '../config/index.ts';
import type { Operator } from '../composition/operator.ts';
import { devDefaults } from './dev/data.ts';

/** `--dev`, for commands that work on a database: uses the data of `evergrant dev` instead of the environment's. */
export function devOption(): Option {
  return new Option('--dev', 'work on the data of "evergrant dev" in this folder');
}

/**
 * Loads the configuration for a command with {@link devOption}.
 *
 * @throws ConfigError if the configuration is invalid
 */
export async function storedConfig({ dev }: { dev?: boolean }): Promise<LoadedConfig> {
  const { loadConfig } = await import('../config/index.ts');
  return loadConfig(process.env, dev === true ? devDefaults(process.env) : undefined);
}

/**
 * Opens the operator for a command with {@link devOption}.
 *
 * @throws ConfigError if the configuration is invalid
 */
export async function openStored(options: { dev?: boolean }): Promise<Operator> {
  const config = await storedConfig(options);
  const { openOperator } = await import('../composition/operator.ts');
  return openOperator(config);
}
