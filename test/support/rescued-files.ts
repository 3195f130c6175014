import { existsSync, readdirSync } from 'node:fs';

/** How many answers wait in a rescue folder. */
export function sealedIn(folder: string): number {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.sealed')).length : 0;
}
