import { Command } from 'commander';
import { CONFIG_VARIABLES, loadConfig } from '../config/index.ts';
import { runService } from './run-service.ts';
import { askedToStop } from './signals.ts';

/** `evergrant serve`: the service, configured by the environment. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the service, configured by environment variables')
    .addHelpText('after', variables())
    .action(async () => {
      const loaded = loadConfig(process.env);
      for (const warning of loaded.warnings) console.error(`Warning: ${warning}`);
      const service = await runService(loaded);
      console.log(`Evergrant listens on ${service.url} (docs: ${service.url}/docs).`);
      await askedToStop();
      console.log('Stopping: what is in flight is finished first.');
      await service.close();
    });
}

function variables(): string {
  const lines = CONFIG_VARIABLES.map(({ name, default: byDefault, meaning }) => {
    const suffix = byDefault === undefined ? '' : ` [${byDefault}]`;
    return `  ${name}\n      ${meaning}${suffix}`;
  });
  return `\nEnvironment variables:\n${lines.join('\n')}`;
}
