import { accessSync, chmodSync, closeSync, constants, existsSync, openSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { StoreUnavailableError } from '../../../grants/errors.ts';
import { identityOf, isSameFile, openFileOf, type FileIdentity, type OpenFile } from './open-file.ts';
import type { Trouble } from '../trouble.ts';

/** SQLite keeps these beside a database that is in use. */
const COMPANIONS = ['-wal', '-shm'];

/**
 * Ensures that the file exists, and that only its owner can open it or the files that SQLite creates beside it, which
 * inherit its mode.
 *
 * @throws the system's error where it can't be read and written
 */
export function prepareFile(path: string, trouble: Trouble): void {
  // An existing file is not opened here: closing it again would release the locks that this process may have on it.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  accessSync(path, constants.R_OK | constants.W_OK);
  for (const each of [path, ...COMPANIONS.map((end) => path + end)]) closeToOthers(each, trouble);
}

function closeToOthers(path: string, trouble: Trouble): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) === 0) return;
  const was = `others on this machine could open ${path} (mode ${(mode & 0o777).toString(8)})`;
  try {
    chmodSync(path, 0o600);
    trouble(`${was}; it has mode 600 now`);
  } catch (cause) {
    trouble(`${was}, and that cannot be changed; its owner should run: chmod 600 ${path}`, cause);
  }
}

interface Part {
  readonly path: string;
  readonly opened: FileIdentity;
}

/**
 * Watches the files of an open database. A deleted, replaced or renamed file stays open and accepts writes, and is gone
 * when the process ends: no token may be spent whose successor would be stored there alone.
 */
export class SqliteFile {
  readonly #parts: readonly Part[];
  readonly #trouble: Trouble;
  #told = false;

  /** @param path of a database that has been opened and read, so that all its files exist */
  constructor(path: string, trouble: Trouble) {
    const real = realpathSync(path);
    const paths = [resolve(path), ...COMPANIONS.map((end) => real + end)];
    this.#parts = paths.flatMap((each) => {
      const opened = identityOf(each);
      return opened === undefined ? [] : [{ path: each, opened }];
    });
    this.#trouble = trouble;
  }

  /**
   * Checks that the names still refer to the open files, which takes a few microseconds. The operator is informed once.
   *
   * @throws {@link StoreUnavailableError} where they don't
   */
  check(): void {
    const lost = this.#lost();
    if (lost === undefined) {
      if (this.#told) this.#trouble(`${this.#path} is the file again that this service has open; storing goes on`);
      this.#told = false;
      return;
    }
    if (!this.#told) this.#trouble(this.#remedy(lost));
    this.#told = true;
    const what = lost === this.#parts[0] ? 'database file' : 'log beside the database file';
    throw new StoreUnavailableError(
      new Error(`${lost.path} is no longer the file that was opened.`),
      `The ${what} of this service was deleted, replaced or renamed while it runs. Its log says how to put that right.`,
    );
  }

  #lost(): Part | undefined {
    try {
      return this.#parts.find(({ path, opened }) => !isSameFile(identityOf(path), opened));
    } catch (cause) {
      throw new StoreUnavailableError(cause);
    }
  }

  get #path(): string {
    return this.#parts[0]?.path ?? '';
  }

  #remedy({ path, opened }: Part): string {
    const file = openFileOf(opened);
    if (file?.name !== undefined && file.name !== path && identityOf(path) === undefined) {
      return `${path} was renamed to ${file.name} while this service has it open, and nothing is stored until that is put right. Move it back, and the service goes on.`;
    }
    const happened = identityOf(path) === undefined ? 'deleted' : 'replaced by another file';
    return `${path} was ${happened} while this service has it open, and nothing is stored until that is put right. ${this.#salvage()}`;
  }

  /** The database and its log together hold everything that was ever stored. */
  #salvage(): string {
    const [database, log] = this.#parts.slice(0, 2).map(({ opened }) => openFileOf(opened));
    if (database === undefined || log === undefined) {
      return 'Stop every service on this database with SIGTERM, not SIGKILL, so that what is in the log is written into the database; then put the right file in place and start again.';
    }
    const saved = `${this.#path}.saved`;
    return (
      'What was stored is in the open files, for as long as this process lives. Save it: ' +
      `${copy(database, saved)} && ${copy(log, `${saved}-wal`)}. Then stop every service on this database, ` +
      `remove ${this.#path}-wal and ${this.#path}-shm, move ${saved} to ${this.#path} and ${saved}-wal to ${this.#path}-wal, and start again. ` +
      'If the file in place is the one to go on with, start again at once.'
    );
  }
}

function copy({ descriptor }: OpenFile, to: string): string {
  return `cp ${descriptor} ${to}`;
}
