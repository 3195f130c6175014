import { Option } from 'commander';
import type { LoadedConfig } from '../config/index.ts';
import type { Operator } from '../composition/operator.ts';
import { devDefaults } from './dev/data.ts';

/** For commands that work on a database: the one of the environment, or that of `evergrant dev`. */
export function devOption(): Option {
  return new Option('--dev', 'work on the data of "evergrant dev" in this folder');
}

/** The configuration that a command with {@link devOption} works on. */
export async function storedConfig({ dev }: { dev?: boolean }): Promise<LoadedConfig> {
  const { loadConfig } = await import('../config/index.ts');
  return loadConfig(process.env, dev === true ? devDefaults(process.env) : undefined);
}

/** What a command with {@link devOption} opens. */
export async function openStored(options: { dev?: boolean }): Promise<Operator> {
  const config = await storedConfig(options);
  const { openOperator } = await import('../composition/operator.ts');
  return openOperator(config);
}
