import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, it } from 'node:test';
import { filesUnder, importsOf, sourcesUnder } from '../support/source-tree.ts';

const MOST_FILES = 20;
/** These hold what every kind of test may use. */
const SHARED = 'support';
/** What more than one store has to keep is a test beside the unit tests, run for each store. */
const CONTRACTS = 'test/unit/stores/contracts/';

const source = filesUnder('src');
const folders = new Set(source.map(dirname));
const tests = sourcesUnder('test');

describe('the tree', () => {
  it(`has no folder of more than ${MOST_FILES} files`, () => {
    const files = [...source, ...filesUnder('test')];
    const crowded = [...Map.groupBy(files, dirname)].filter(([, each]) => each.length > MOST_FILES);
    assert.deepEqual(
      crowded.map(([folder, each]) => `${folder}: ${each.length}`),
      [],
    );
  });

  it('has a unit test where the file is that it is about', () => {
    const units = tests.map(({ path }) => path).filter((path) => path.startsWith('test/unit/') && isTest(path));
    assert.ok(units.length > 50, `${units.length} unit tests`);
    const homeless = units.filter((path) => {
      const [subject = ''] = basename(path).split('.');
      return !source.includes(`${dirname(path).replace('test/unit', 'src')}/${subject}.ts`);
    });
    assert.deepEqual(homeless, []);
  });

  it('has what several folders of tests use in one place', () => {
    const astray = tests.flatMap(importsOf).filter(({ from, to }) => {
      if (!to.startsWith('test/') || to.startsWith(CONTRACTS)) return false;
      return kindOf(to) !== SHARED && kindOf(from) !== kindOf(to);
    });
    assert.deepEqual(
      astray.map(({ from, to }) => `${from} -> ${to}`),
      [],
    );
  });

  it('is drawn in ARCHITECTURE.md, every folder of it', () => {
    const page = readFileSync('ARCHITECTURE.md', 'utf8');
    const drawn = new Set([...page.matchAll(/([a-z0-9-]+)\/(?=[\s,.])/g)].map(([, name]) => name));
    assert.deepEqual(
      [...folders].filter((folder) => folder !== 'src' && !drawn.has(basename(folder))),
      [],
    );
  });
});

function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

/** The folder straight under `test/`. */
function kindOf(path: string): string {
  return path.split('/')[1] ?? '';
}
