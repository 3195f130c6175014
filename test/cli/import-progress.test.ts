import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ImportProgress } from '../../src/cli/import-progress.ts';

function output(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

function counts(imported: number) {
  return { imported, alreadyThere: 0, refused: 0 };
}

describe('the progress of an import', () => {
  it('is one line on a terminal that makes room for others', () => {
    const terminal = output(true);
    const progress = new ImportProgress(terminal, 1_000);
    progress.update(counts(50), 250);
    progress.update(counts(51), 255);
    progress.say('line 52: no');
    progress.say();
    assert.equal(terminal.written.length, 3, 'the second update came too soon');
    assert.match(terminal.written[0] ?? '', /^\r\u001b\[2K50 lines, \d+ a second, 25 %, \d+ s left$/);
    assert.deepEqual(terminal.written.slice(1), ['\r\u001b[2K', 'line 52: no\n']);
  });

  it('is a line every 10,000 lines elsewhere, without an end where none is known', () => {
    const file = output(false);
    const progress = new ImportProgress(file, undefined);
    for (let lines = 100; lines <= 25_000; lines += 100) progress.update(counts(lines), lines * 10);
    progress.say();
    assert.equal(file.written.length, 2);
    assert.match(file.written[1] ?? '', /^20000 lines, \d+ a second\n$/);
  });
});
