import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * A JSON file with the complete state of a fake. It is replaced atomically (temporary file, then rename), so killing
 * the process leaves either the old or the new state. It is not synced to disk: it survives the process, but not a
 * power cut.
 */
export class StateFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The last saved state; undefined if there is no file yet. */
  load(): unknown {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new Error(`The sandbox's state file ${this.path} is not JSON; move it away to start afresh.`, { cause });
    }
  }

  save(state: unknown): void {
    const temporary = `${this.path}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(state), { mode: 0o600 });
    renameSync(temporary, this.path);
  }
}
