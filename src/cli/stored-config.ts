import { Option } from 'commander';
import { loadConfig, type LoadedConfig } from '../config/index.ts';
import { devDefaults } from './dev-data.ts';

/** For commands that work on a database: the one of the environment, or that of `evergrant dev`. */
export function devOption(): Option {
  return new Option('--dev', 'work on the data of "evergrant dev" in this folder');
}

/** The configuration that a command with {@link devOption} works on. */
export function storedConfig({ dev }: { dev?: boolean }): LoadedConfig {
  return loadConfig(process.env, dev === true ? devDefaults(process.env) : undefined);
}
