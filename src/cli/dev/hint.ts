import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigProblem } from '../../config/index.ts';
import { DEV_FOLDER } from './data.ts';

/** The only command that works on a database and has no `--dev`. */
const WITHOUT_DEV = 'serve';

/**
 * A hint to show if encryption keys are missing but `npm start` has left data here: a command run there is most often
 * meant for that data. Undefined if it does not apply.
 */
export function devHint(problems: readonly Pick<ConfigProblem, 'variable'>[]): string | undefined {
  const isMissing =
    (process.env['EVERGRANT_ENCRYPTION_KEYS'] ?? '').trim() === '' &&
    problems.some(({ variable }) => variable === 'EVERGRANT_ENCRYPTION_KEYS');
  if (!isMissing || process.argv[2] === WITHOUT_DEV) return undefined;
  return existsSync(join(DEV_FOLDER, 'encryption-keys')) ? 'Or add --dev for the data of npm start.' : undefined;
}
