import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { importsOf, sourcesUnder } from '../support/source-tree.ts';

const ROOT = join(import.meta.dirname, '../..');
const EFFORT = 'test/support/effort.ts';

const sources = sourcesUnder('test');
const imports = sources.flatMap(importsOf);
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** Each pattern of files that a script names, with the files. */
function patternsOf(script: string): [pattern: string, files: string[]][] {
  const patterns = script.match(/\btest\/[^\s"]+/g) ?? [];
  return patterns.map((pattern) => [pattern, globSync(pattern, { cwd: ROOT })]);
}

/** Every file that takes this one in, by itself or through others. */
function dependentsOf(path: string, known = new Set<string>()): ReadonlySet<string> {
  for (const { from } of imports.filter(({ to }) => to === path)) {
    if (!known.has(from)) dependentsOf(from, known.add(from));
  }
  return known;
}

describe('the scripts that run tests', () => {
  it('name no file that is not there', () => {
    const tests = Object.entries(scripts).filter(([name]) => /^test(:|$)/.test(name));
    const patterns = tests.flatMap(([name, script]) => patternsOf(script).map((each) => [name, ...each] as const));
    assert.ok(patterns.length >= tests.length);
    assert.deepEqual(
      patterns.filter(([, , files]) => files.length === 0),
      [],
    );
  });

  it('run with the proofs each test that proves more there', () => {
    const proofs = new Set(patternsOf(scripts['test:proofs'] ?? '').flatMap(([, files]) => files));
    const longer = [...dependentsOf(EFFORT)].filter((path) => path.endsWith('.test.ts'));
    assert.ok(longer.length > 20);
    assert.deepEqual(
      longer.filter((path) => !proofs.has(path)),
      [],
    );
  });

  it('are asked for their effort in one place', () => {
    const reading = sources.filter(({ text }) => /process\.env\['EVERGRANT_(?:LONG|PROOFS)'\]/.test(text));
    assert.deepEqual(
      reading.map(({ path }) => path),
      [EFFORT],
    );
  });
});
