import { Command } from 'commander';
import { migrateDatabase } from '../operator.ts';
import { devOption, storedConfig } from './stored-config.ts';

/** `evergrant migrate`: the schema, ahead of a deployment. `serve` does the same at its start. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database up to date; "serve" does so by itself at its start')
    .option('--json', 'answer as JSON')
    .addOption(devOption())
    .action(async (options: { dev?: boolean; json?: boolean }) => {
      const applied = await migrateDatabase(storedConfig(options), (line) => {
        console.error(line);
      });
      if (options.json === true) console.log(JSON.stringify({ applied }));
      else console.log(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}.`);
    });
}
