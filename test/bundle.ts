import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** Beside `src`, as an installed program is, for what it reads of package.json. */
const FOLDER = join(import.meta.dirname, '../.programs');

/** What Node has compiled of a program is kept here for the next start, where this is its `NODE_COMPILE_CACHE`. */
export const COMPILE_CACHE = join(FOLDER, 'compiled');

/** How a program differs from what its sources say. */
export interface BundleOptions {
  /** What the file is called, without its ending; the entry's name unless given. */
  readonly name?: string;
  /** What changes the sources on their way. */
  readonly plugins?: Plugin[];
}

/**
 * Puts a program and all that it imports into one file. Node starts that five times faster than the hundreds of modules
 * it came from, and tests start (and kill) programs by the hundred.
 *
 * @param entry the program's first file
 * @returns the path of the file to run
 */
export async function bundle(entry: URL, options: BundleOptions = {}): Promise<string> {
  const { name = basename(entry.pathname, '.ts'), plugins = [] } = options;
  const path = join(FOLDER, `${name}.mjs`);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    outfile: path,
    plugins,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    minifyWhitespace: true,
    legalComments: 'none',
    external: ['pg-native'],
    // CommonJS packages ask for Node's own modules in their own way.
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
    logLevel: 'error',
  });
  const code = outputFiles[0]?.text ?? '';
  if (code !== written(path)) {
    // Another test may be starting the same program just now.
    const draft = `${path}.${process.pid}`;
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(draft, code);
    renameSync(draft, path);
  }
  return path;
}

function written(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
