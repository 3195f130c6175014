import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A wall clock that can be set while a process runs; its timers go on as ever. */
export interface ChangingClock extends Disposable {
  /** What a process needs in its environment to live by this clock. */
  readonly env: Record<string, string>;
  /** Sets it so many seconds ahead of the machine's; negative for behind. */
  step(seconds: number): void;
}

const LIBRARY = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0];

/** Why no clock can be changed here; undefined where one can. */
export function noFakeTime(): string | undefined {
  if (LIBRARY === undefined) return 'libfaketime is not installed (apt-get install faketime)';
  using clock = newClock();
  clock.step(7_200);
  const { stdout } = spawnSync(process.execPath, ['-p', 'Date.now()'], { env: clock.env, encoding: 'utf8' });
  return Math.abs(Number(stdout) - Date.now() - 7_200_000) < 60_000 ? undefined : 'libfaketime has no effect here';
}

export function newClock(): ChangingClock {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-clock-'));
  const file = join(folder, 'offset');
  const step = (seconds: number) => {
    writeFileSync(file, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`);
  };
  step(0);
  return {
    env: {
      LD_PRELOAD: LIBRARY ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
    step,
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
