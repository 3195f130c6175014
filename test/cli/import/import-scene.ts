import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, readRows, type Environment } from '../../support/service/start-service.ts';
import {
  evergrant,
  newWorkFolder,
  startEvergrant,
  type Ended,
  type RunningCommand,
} from '../../support/start-command.ts';

/** A folder with a database to import into, and the command that does so. */
export interface ImportScene extends Disposable {
  readonly folder: string;
  readonly databasePath: string;
  readonly env: Environment;
  /** Writes a file that its owner alone can read, each value as JSON but for texts, and gives its name. */
  file(lines: readonly unknown[], options?: { mode?: number; name?: string }): string;
  run(...args: string[]): Promise<Ended>;
  start(...args: string[]): RunningCommand;
  rows(sql: string): any[];
}

export function newImportScene(calComUrl = 'http://127.0.0.1:9', more: Environment = {}): ImportScene {
  const work = newWorkFolder();
  const databasePath = join(work.path, 'evergrant.db');
  const env = environment(calComUrl, databasePath, more);
  const surroundings = { cwd: work.path, env };
  return {
    folder: work.path,
    databasePath,
    env,
    file(lines, { mode = 0o600, name = 'tokens.jsonl' } = {}) {
      const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
      writeFileSync(join(work.path, name), `${text}\n`, { mode });
      return name;
    },
    run: (...args) => evergrant(['import', ...args], surroundings),
    start: (...args) => startEvergrant(['import', ...args], surroundings),
    rows: (sql) => readRows(databasePath, sql),
    [Symbol.dispose]: () => {
      work[Symbol.dispose]();
    },
  };
}

/** One line for a user of its own, with tokens that nobody could guess. */
export function line(number: number, more: object = {}) {
  return {
    subject: `user-${number}`,
    provider: 'cal-com-managed',
    account_id: 2000 + number,
    access_token: `access-${randomBytes(24).toString('hex')}`,
    refresh_token: `refresh-${randomBytes(24).toString('hex')}`,
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    ...more,
  };
}

export function lines(count: number) {
  return Array.from({ length: count }, (_, index) => line(index + 1));
}

/** What a command with --json has answered, and its exit code. */
export function summary({ code, stdout, stderr }: Ended): any {
  assert.notEqual(stdout, '', stderr);
  return { code, ...JSON.parse(stdout) };
}
