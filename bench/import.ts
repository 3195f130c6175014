import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseSubject } from '../src/callers/subject.ts';
import { inputLines } from '../src/cli/import/lines.ts';
import { loadConfig } from '../src/config/index.ts';
import { runImport } from '../src/imports/import-run.ts';
import { openOperator } from '../src/composition/operator.ts';
import { systemClock } from '../src/composition/system-clock.ts';
import { startServer } from '../test/support/stores/start-postgres.ts';

/**
 * How many lines a second an import takes, on SQLite and on Postgres: lines of users who are new, and the same file again. The
 * database is a folder of this machine, and whatever else runs on it shares its processors, so compare within one run.
 */
const { values: options } = parseArgs({
  options: {
    lines: { type: 'string', default: '20000' },
    json: { type: 'boolean', default: false },
    /** Of a server that is there; one of our own unless given. */
    postgres: { type: 'string' },
  },
});

const CLIENT_ID = 'bench-client';

interface Figures {
  readonly linesPerSecond: number;
  /** Of this process, in microseconds. */
  readonly cpuPerLine: number;
}

const count = Number(options.lines);
await using parts = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), 'evergrant-bench-'));
parts.defer(() => rm(folder, { recursive: true, force: true }));
const file = join(folder, 'tokens.jsonl');
await writeFile(file, Array.from({ length: count }, (_, index) => line(index + 1)).join(''), { mode: 0o600 });

const result = {
  sqlite: await measured(`sqlite:${join(folder, 'evergrant.db')}`),
  postgres: await measured(options.postgres ?? (await postgres())),
};
if (options.json) console.log(JSON.stringify({ lines: count, ...result }));
else {
  for (const [database, runs] of Object.entries(result)) {
    console.log(`\n${database}, ${count} lines`);
    console.table(runs);
  }
}

async function postgres(): Promise<string> {
  const { server, databaseDir, port } = await startServer({ persistent: false, flags: [] });
  parts.defer(async () => {
    await server.stop();
    await rm(databaseDir, { recursive: true, force: true });
  });
  return `postgres://postgres:password@127.0.0.1:${port}/postgres`;
}

async function measured(url: string): Promise<{ readonly fresh: Figures; readonly again: Figures }> {
  const loaded = loadConfig({
    EVERGRANT_DATABASE_URL: url,
    EVERGRANT_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    CAL_COM_CLIENT_ID: CLIENT_ID,
    CAL_COM_CLIENT_SECRET: 'secret',
  });
  await using operator = await openOperator(loaded);
  const run = async (expected: 'imported' | 'alreadyThere') => {
    const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
    const counts = await runImport({
      lines: inputLines(createReadStream(file)),
      rules: { providers: await operator.providers(), subjectOf: parseSubject, ignoreUnknown: false },
      store: (grants) => operator.imports.add(grants),
      clock: systemClock,
      stopping: () => false,
      refused: (refused) => {
        throw new Error(refused.message);
      },
      progress: () => undefined,
    });
    if (counts[expected] !== count) throw new Error(`${JSON.stringify(counts)}, so the figures mean nothing.`);
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { linesPerSecond: Math.round(count / seconds), cpuPerLine: Math.round((user + system) / count) };
  };
  return { fresh: await run('imported'), again: await run('alreadyThere') };
}

/** One managed user of Cal.com, whose tokens say whose they are. */
function line(number: number): string {
  const expiresAt = Date.now() + 3_600_000;
  const token = (type: string) => {
    const claims = {
      type,
      clientId: CLIENT_ID,
      ownerId: number,
      expiresAt,
      userId: number,
      iat: 1,
      jti: randomBytes(8).toString('hex'),
    };
    const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    return [...parts, randomBytes(32).toString('base64url')].join('.');
  };
  const fields = {
    subject: `user-${number}`,
    provider: 'cal-com-managed',
    account_id: number,
    access_token: token('access_token'),
    refresh_token: token('refresh_token'),
    expires_at: new Date(expiresAt).toISOString(),
  };
  return `${JSON.stringify(fields)}\n`;
}
