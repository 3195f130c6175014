import { Command } from 'commander';
import { CONFIG_VARIABLES } from '../config/variables.ts';
import { StopCutShortError } from '../composition/stop-cut-short-error.ts';
import { fail } from './fail.ts';
import { askedAgain, askedToStop } from './signals.ts';

/** `evergrant serve`: runs the service, configured by the environment. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the service, configured by environment variables')
    .addHelpText('after', variables())
    .action(async () => {
      const { loadConfig } = await import('../config/index.ts');
      const loaded = loadConfig(process.env);
      for (const warning of loaded.warnings) console.error(`Warning: ${warning}`);
      const { runService } = await import('../composition/run-service.ts');
      const service = await runService(loaded);
      console.log(`Evergrant listens on ${service.url} (docs: ${service.url}/docs).`);
      const signal = await askedToStop();
      console.log('Stopping: what is in flight is finished first. Once more ends it at once.');
      // Somebody who presses Ctrl+C has no other instance to take over.
      const closed = service.close(signal === 'SIGTERM' ? loaded.config.drainMs : 0);
      const cut = askedAgain().then(async (again) => {
        throw new StopCutShortError(`Ended at once by another ${again}.`, await service.evergrant.giveUp());
      });
      try {
        await Promise.race([closed, cut]);
      } catch (error) {
        fail(error);
        // Anything that still hangs would keep the process alive.
        process.exit();
      }
    });
}

function variables(): string {
  const lines = CONFIG_VARIABLES.map(({ name, default: byDefault, meaning }) => {
    const suffix = byDefault === undefined ? '' : ` [${byDefault}]`;
    return `  ${name}\n      ${meaning}${suffix}`;
  });
  return `\nEnvironment variables:\n${lines.join('\n')}`;
}
