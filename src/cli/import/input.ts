import { once } from 'node:events';
import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** The input cannot be opened, so nothing is imported. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly code = 'import_impossible';
}

/** An opened import file or standard input. */
export interface ImportInput {
  readonly input: Readable;
  /** In bytes; undefined if unknown. */
  readonly size: number | undefined;
  /** A complete sentence to show the operator. */
  readonly warning?: string;
}

const READABLE_BY_OTHERS = 0o044;

/**
 * Opens the file at `path`, or standard input for `-`.
 *
 * @throws {@link ImportError} if it cannot be opened
 */
export async function openInput(path: string): Promise<ImportInput> {
  if (path === '-') return { input: process.stdin, size: undefined };
  const found = await stat(path).catch((cause: unknown) => {
    throw new ImportError(`${path} can't be read: ${reason(cause)}.`, { cause });
  });
  if (found.isDirectory()) throw new ImportError(`${path} is a folder. Give a file of JSON lines.`);
  const input = createReadStream(path);
  await once(input, 'open').catch((cause: unknown) => {
    throw new ImportError(`${path} can't be read: ${reason(cause)}.`, { cause });
  });
  const size = found.isFile() ? found.size : undefined;
  if (!isOpenToOthers(found)) return { input, size };
  return {
    input,
    size,
    warning: `Others on this machine can read ${path}, and it holds tokens. Run: chmod 600 ${path}`,
  };
}

function isOpenToOthers(found: Stats): boolean {
  return found.isFile() && (found.mode & READABLE_BY_OTHERS) !== 0;
}

function reason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EACCES' ? 'this user may not' : String(code);
}

/** Yields chunks of the input until it ends, or until it is destroyed because `cut` was aborted. */
export async function* chunksOf(input: Readable, cut: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of input) yield chunk as Buffer;
  } catch (error) {
    if (!cut.aborted) throw error;
  }
}
