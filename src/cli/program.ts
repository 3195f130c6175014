import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { devCommand } from './dev/dev.ts';
import { doctorCommand } from './doctor.ts';
import { eventsCommand } from './events/events.ts';
import { fail } from './fail.ts';
import { grantsCommand } from './grants/grants.ts';
import { importCommand } from './import/import.ts';
import { keysCommand } from './keys.ts';
import { migrateCommand } from './migrate.ts';
import { providersCommand } from './providers.ts';
import { sandboxCommand } from './sandbox.ts';
import { serveCommand } from './serve.ts';

/**
 * Runs `evergrant` with the arguments of this process. A command that fails prints the reason and sets the exit code.
 */
export async function runProgram(): Promise<void> {
  try {
    await evergrant().parseAsync();
  } catch (error) {
    fail(error);
  }
}

function evergrant(): Command {
  const program = new Command('evergrant')
    .description('Keeps scheduling tokens alive: one call links a user to Cal.com, every other one gets a live token.')
    .version(VERSION)
    .addCommand(devCommand())
    .addCommand(serveCommand())
    .addCommand(sandboxCommand())
    .addCommand(keysCommand())
    .addCommand(importCommand())
    .addCommand(eventsCommand())
    .addCommand(grantsCommand())
    .addCommand(doctorCommand())
    .addCommand(providersCommand())
    .addCommand(migrateCommand())
    .addHelpText('after', '\nNew here? Run "evergrant dev": service and sandbox in one, nothing to configure.');
  pointAtHelp(program);
  return program;
}

/** Commands built separately inherit no settings from the program they are added to. */
function pointAtHelp(command: Command): void {
  command.showHelpAfterError('Run with --help to see what is accepted.');
  for (const each of command.commands) pointAtHelp(each);
}
