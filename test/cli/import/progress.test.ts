import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ImportProgress } from '../../../src/cli/import/progress.ts';

function output(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

function counts(imported: number) {
  return { imported, alreadyThere: 0, refused: 0 };
}

/** A clock to be moved by hand, in milliseconds. */
function clock() {
  let now = 1_000;
  return { read: () => now, advance: (ms: number) => (now += ms) };
}

describe('the progress of an import', () => {
  it('is one line on a terminal that makes room for others', () => {
    const terminal = output(true);
    const { read, advance } = clock();
    const progress = new ImportProgress(terminal, 1_000, read);
    advance(10_000);
    progress.update(counts(50), 250);
    advance(99);
    progress.update(counts(51), 255);
    progress.say('line 52: no');
    progress.say();
    assert.deepEqual(terminal.written, [
      '\r\u001b[2K50 lines, 5 a second, 25 %, 30 s left',
      '\r\u001b[2K',
      'line 52: no\n',
    ]);
  });

  it('is a line every five seconds elsewhere, without an end where none is known', () => {
    const file = output(false);
    const { read, advance } = clock();
    const progress = new ImportProgress(file, undefined, read);
    for (let second = 1; second <= 12; second += 1) {
      advance(1_000);
      progress.update(counts(second * 2_000), second * 20_000);
    }
    progress.say();
    assert.deepEqual(file.written, ['10000 lines, 2000 a second\n', '20000 lines, 2000 a second\n']);
  });

  it('says nothing elsewhere of an import that is over before five seconds are', () => {
    const file = output(false);
    const { read, advance } = clock();
    const progress = new ImportProgress(file, 1_000, read);
    advance(4_999);
    progress.update(counts(1), 1_000);
    progress.say();
    assert.deepEqual(file.written, []);
  });

  it('tells minutes from seconds', () => {
    const file = output(false);
    const { read, advance } = clock();
    const progress = new ImportProgress(file, 4_000, read);
    advance(60_000);
    progress.update(counts(100_000), 1_000);
    assert.deepEqual(file.written, ['100000 lines, 1667 a second, 25 %, 3 min 0 s left\n']);
  });
});
