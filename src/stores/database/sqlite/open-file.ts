import { readdirSync, readlinkSync, statSync } from 'node:fs';

/** Identifies a file among all others for as long as it is open, whatever its name is by then. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

/** The file of this name; undefined where there is none, or where only the name is left of it. */
export function identityOf(path: string): FileIdentity | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  // A bind-mounted file keeps its name here when it is deleted at its source.
  return found === undefined || found.nlink === 0n ? undefined : { device: found.dev, inode: found.ino };
}

/** True where both are the same file, or neither exists. */
export function isSameFile(one: FileIdentity | undefined, other: FileIdentity | undefined): boolean {
  return one?.inode === other?.inode && one?.device === other?.device;
}

/** A file that this process has open, as the system shows it to others. */
export interface OpenFile {
  /** A path through which others can read its content, whether or not it has a name. */
  readonly descriptor: string;
  /** Its present name; undefined where it no longer has one. */
  readonly name: string | undefined;
}

const DESCRIPTORS = '/proc/self/fd';
const DELETED = ' (deleted)';

/**
 * This process's open file of that identity; undefined where there is none, or where the system doesn't show it (Linux
 * does).
 */
export function openFileOf(identity: FileIdentity): OpenFile | undefined {
  try {
    for (const descriptor of readdirSync(DESCRIPTORS)) {
      const path = `${DESCRIPTORS}/${descriptor}`;
      if (!isSameFile(openIdentity(path), identity)) continue;
      const name = readlinkSync(path);
      return {
        descriptor: `/proc/${process.pid}/fd/${descriptor}`,
        name: name.endsWith(DELETED) ? undefined : name,
      };
    }
  } catch {
    // Another system, or one that doesn't permit this.
  }
  return undefined;
}

function openIdentity(path: string): FileIdentity | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && { device: found.dev, inode: found.ino };
}
