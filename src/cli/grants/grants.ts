import { Command } from 'commander';
import { rereadCommand } from './reread.ts';

/** `evergrant grants`: looks after grants. */
export function grantsCommand(): Command {
  return new Command('grants')
    .description('grants whose provider gave an answer that nobody could read')
    .addCommand(rereadCommand());
}
