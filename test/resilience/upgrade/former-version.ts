import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../../support/bundle.ts';
import { evergrant, ROOT, startCommand, type Ended } from '../../support/start-command.ts';

/** The last version of schema 4, where a number alone named an exchange; and the one of schema 8. */
export const FORMER = { schema4: '3c7d50e', schema8: '6324675' } as const;

/** A version of before, as real programs and modules. */
export interface FormerVersion {
  /** A service by its environment: what `startServiceProcess` runs. */
  readonly service: string;
  /** Runs its command line to the end. */
  evergrant(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string): Promise<Ended>;
  /** One of its modules, by its path in `src`. */
  load(path: string): Promise<any>;
}

/** Takes a version from the history; undefined where that is not here, as in a shallow clone or a package. */
export async function formerVersion(commit: string): Promise<FormerVersion | undefined> {
  const folder = join(ROOT, '.programs/former', commit);
  if (!existsSync(folder) && !extract(commit, folder)) return undefined;
  const at = (path: string) => pathToFileURL(join(folder, path));
  const main = await bundle(at('src/cli/main.ts'), { name: `former-${commit}-main` });
  return {
    service: await bundle(at('test/e2e/serve-in-child.ts'), { name: `former-${commit}-service` }),
    evergrant: (args, env, cwd) => startCommand(process.execPath, [main, ...args], { cwd, env }).ended,
    load: (path) => import(at(`src/${path}`).href),
  };
}

/** Why a test is skipped where {@link formerVersion} gives none. */
export const NO_HISTORY = 'the git history with the versions of before is not here';

/** Runs this version's command line to the end. */
export function thisVersion(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Ended> {
  return evergrant(args, { cwd, env });
}

function extract(commit: string, folder: string): boolean {
  const draft = `${folder}.${process.pid}`;
  try {
    const archive = execFileSync('git', ['archive', commit, 'src', 'test', 'package.json'], {
      cwd: ROOT,
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    mkdirSync(draft, { recursive: true });
    execFileSync('tar', ['x', '-C', draft], { input: archive });
    renameSync(draft, folder);
    return true;
  } catch {
    rmSync(draft, { recursive: true, force: true });
    // Another test may have been faster.
    return existsSync(folder);
  }
}
