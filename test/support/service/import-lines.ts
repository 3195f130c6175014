import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { parseSubject } from '../../../src/callers/subject.ts';
import { openOperator } from '../../../src/composition/operator.ts';
import { systemClock } from '../../../src/composition/system-clock.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { runImport, type ImportCounts } from '../../../src/imports/import-run.ts';
import type { Environment } from './start-service.ts';

/** Imports lines into the database of this environment as the command does; one that is not imported is an error. */
export async function importLines(env: Environment, lines: readonly object[]): Promise<void> {
  await using operator = await openOperator(loadConfig(env));
  let counts: ImportCounts | undefined;
  const input = lines.map((line, index) => ({ number: index + 1, text: JSON.stringify(line), end: 0 }));
  await runImport({
    lines: Readable.from(input),
    rules: { providers: await operator.providers(), subjectOf: parseSubject, ignoreUnknown: false },
    store: (grants) => operator.imports.add(grants),
    clock: systemClock,
    stopping: () => false,
    refused: ({ message }) => assert.fail(message),
    progress: (now) => {
      counts = { ...now };
    },
  });
  assert.equal(counts?.imported, lines.length);
}
