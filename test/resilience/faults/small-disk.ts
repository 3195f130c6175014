import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, small enough to be filled. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** Leaves not one free block. */
  fill(): void;
  /** Gives the space back. */
  clear(): void;
  /** Makes it what a disk becomes on which the kernel met an error: readable alone. Final. */
  breakDown(): void;
}

/** Why there can be no such disk here; undefined where there can. */
export function noDisks(): string | undefined {
  if (process.platform !== 'linux') return 'mounting is tried on Linux alone';
  if (process.getuid?.() !== 0) return 'only root may mount';
  try {
    using disk = mountSmallDisk();
    return statfsSync(disk.path).blocks < 10_000 ? undefined : 'the mount is not what was asked for';
  } catch (error) {
    return `mounting is not permitted here: ${error instanceof Error ? error.message.split('\n')[0] : ''}`;
  }
}

/** Mounts an ext4 of four megabytes over a file. */
export function mountSmallDisk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-disk-'));
  const [image, path] = [join(folder, 'image'), join(folder, 'mount')];
  const filler = join(path, 'filler');
  try {
    mkdirSync(path);
    run('truncate', ['-s', '4M', image]);
    run('mkfs.ext4', ['-q', '-b', '1024', '-m', '0', '-J', 'size=1', '-E', 'lazy_itable_init=0', image]);
    run('mount', ['-o', 'loop,errors=remount-ro', image, path]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    path,
    fill: () => {
      const file = openSync(filler, 'a');
      try {
        for (const bytes of [65_536, 1024, 1]) writeUntilFull(file, bytes);
      } finally {
        closeSync(file);
      }
    },
    clear: () => {
      rmSync(filler, { force: true });
    },
    breakDown: () => {
      run('mount', ['-o', 'remount,abort', path]);
    },
    [Symbol.dispose]: () => {
      run('umount', ['-l', path]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeUntilFull(file: number, bytes: number): void {
  const piece = Buffer.alloc(bytes, 1);
  try {
    for (;;) writeSync(file, piece);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: 'pipe' });
}
