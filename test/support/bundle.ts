import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
/** Beside `src`, as an installed program is, for what it reads of package.json. */
const FOLDER = join(ROOT, '.programs');

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
 * it came from, and tests start (and kill) programs by the hundred. Where the file is there already, made of these very
 * sources, it is taken as it is.
 *
 * @param entry the program's first file
 * @returns the path of the file to run
 */
export async function bundle(entry: URL, options: BundleOptions = {}): Promise<string> {
  const { name = basename(entry.pathname, '.ts'), plugins = [] } = options;
  const path = join(FOLDER, `${name}.mjs`);
  // What a plugin changes depends on more than sources.
  const madeOf =
    plugins.length === 0 ? `\n// Made of ${sources()} from ${relative(ROOT, fileURLToPath(entry))}\n` : undefined;
  const former = written(path);
  if (madeOf !== undefined && former?.endsWith(madeOf) === true) return path;
  const code = (await bundled(entry, plugins)) + (madeOf ?? '');
  if (code !== former) {
    // Another test may be starting the same program just now.
    const draft = `${path}.${process.pid}`;
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(draft, code);
    renameSync(draft, path);
  }
  return path;
}

async function bundled(entry: URL, plugins: Plugin[]): Promise<string> {
  // Loaded where there is something to build.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    outfile: join(FOLDER, 'program.mjs'),
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
  return outputFiles[0]?.text ?? '';
}

let hash: string | undefined;

/** All that a program could be made of: this repository's own files, and the versions of packages, as one hash. */
function sources(): string {
  if (hash !== undefined) return hash;
  const all = createHash('sha256');
  for (const path of ['package-lock.json', ...filesOf('src'), ...filesOf('test')]) {
    all.update(`${path}\n`).update(readFileSync(join(ROOT, path)));
  }
  hash = all.digest('hex');
  return hash;
}

function filesOf(folder: string): string[] {
  const found = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  // Tests are no part of any program.
  const own = found.filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'));
  return own.sort().map((path) => join(folder, path));
}

function written(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
