import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSubject } from '../../../src/callers/subject.ts';
import { runImport, type InputLine, type RefusedLine } from '../../../src/imports/import-run.ts';
import type { ImportVerdict } from '../../../src/grants/storage/import-store.ts';
import { Providers } from '../../../src/grants/providers.ts';
import type { Schedule } from '../../../src/grants/rules/renewal-schedule.ts';
import { TestClock } from '../../support/stores/test-clock.ts';
import { ScriptedProvider } from '../../support/grants/scripted-provider.ts';

const LIFE_MS = 10 * 86_400_000;

/** Lines of as many users, and a store that gives one script of verdicts a call. */
function openRun(count: number, ...script: ImportVerdict[][]) {
  const clock = new TestClock();
  const asked: string[][] = [];
  const schedules: Schedule[] = [];
  const refused: RefusedLine[] = [];
  const progress: number[] = [];
  let isStopping = false;
  async function* lines(): AsyncGenerator<InputLine> {
    for (let number = 1; number <= count; number += 1) {
      const line = {
        subject: `user-${number}`,
        provider: 'some-provider',
        account_id: 'a',
        refresh_token: 'r',
        refresh_expires_at: (clock.now() + LIFE_MS) / 1000,
      };
      yield await Promise.resolve({ number, text: JSON.stringify(line), end: number * 10 });
    }
  }
  const running = runImport({
    lines: lines(),
    rules: { providers: new Providers([new ScriptedProvider()]), subjectOf: parseSubject, ignoreUnknown: false },
    store: (imports) => {
      asked.push(imports.map(({ subject }) => subject));
      schedules.push(...imports.map(({ schedule }) => schedule));
      return Promise.resolve(script.shift() ?? imports.map(() => 'imported' as const));
    },
    clock,
    stopping: () => isStopping,
    refused: (line) => refused.push(line),
    progress: (_counts, bytes) => {
      progress.push(bytes);
      if (count === 600) isStopping = true;
    },
  });
  return { clock, asked, schedules, refused, progress, running };
}

describe('a run of an import', () => {
  it('tries again, and alone, what somebody is just asking for', async () => {
    const run = openRun(3, ['imported', 'busy', 'imported'], ['busy'], ['imported']);
    await run.clock.advance(499);
    assert.deepEqual(run.asked, [['user-1', 'user-2', 'user-3'], ['user-2']]);
    await run.clock.advance(1);
    assert.deepEqual(await run.running, { imported: 3, alreadyThere: 0, refused: 0 });
    assert.deepEqual(run.refused, []);
  });

  it('refuses it after five seconds, and says to come again', async () => {
    const busy: ImportVerdict[][] = Array.from({ length: 30 }, () => ['busy']);
    const run = openRun(1, ...busy);
    await run.clock.advance(4_999);
    assert.equal(run.refused.length, 0);
    await run.clock.advance(1);
    assert.deepEqual(await run.running, { imported: 0, alreadyThere: 0, refused: 1 });
    assert.match(run.refused[0]?.message ?? '', /again in a moment/);
  });

  it('counts what is durable alone where it is stopped, and begins nothing more', async () => {
    const run = openRun(600);
    assert.deepEqual(await run.running, { imported: 256, alreadyThere: 0, refused: 0 });
    assert.equal(run.asked.length, 1);
    assert.deepEqual(run.progress, [2560]);
  });

  it('says when upkeep sees to what it brings: at once, and before a refresh token ends; not all at the same time', async () => {
    const run = openRun(50);
    await run.running;
    const now = run.clock.now();
    const lapses = run.schedules.map(({ renewAt, lapseAt = 0 }) => {
      assert.equal(renewAt, now);
      assert.ok(lapseAt <= now + 0.9 * LIFE_MS && lapseAt >= now + 0.8 * LIFE_MS);
      return lapseAt;
    });
    assert.equal(new Set(lapses).size, 50);
  });
});
