import { Command } from 'commander';
import { devOption, storedConfig } from './stored-config.ts';

/** `evergrant migrate`: migrates the schema ahead of a deployment. `serve` does the same when it starts. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database up to date; "serve" does so by itself at its start')
    .option('--json', 'answer as JSON')
    .addOption(devOption())
    .action(async (options: { dev?: boolean; json?: boolean }) => {
      const config = await storedConfig(options);
      const { migrateDatabase } = await import('../composition/operator.ts');
      const applied = await migrateDatabase(config, (line) => {
        console.error(line);
      });
      if (options.json === true) console.log(JSON.stringify({ applied }));
      else console.log(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}.`);
    });
}
