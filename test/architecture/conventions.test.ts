import assert from 'node:assert/strict';
import { basename, dirname } from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { filesUnder, nodesOf, sourcesUnder, type SourceFile } from '../support/source-tree.ts';

const LONGEST_LINES = 300;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const SAYS_NOTHING = /^(helpers?|utils?|managers?|base|common|misc)$/;

const sources = sourcesUnder('src');

/** The places where a file says one of these things, comments left out. */
function saying(files: readonly SourceFile[], things: readonly string[]): string[] {
  return files.flatMap((file) =>
    nodesOf(file)
      .filter((node) => ts.isIdentifier(node) || ts.isPropertyAccessExpression(node))
      .filter((node) => things.includes(node.getText(file.syntax).replaceAll(/\s|^globalThis\./g, '')))
      .map((node) => `${file.path}: ${node.getText(file.syntax)}`),
  );
}

describe('the conventions', () => {
  it('export by name only', () => {
    const found = sources.filter((file) =>
      nodesOf(file).some(
        (node) =>
          ts.isExportAssignment(node) || (node.kind === ts.SyntaxKind.DefaultKeyword && ts.isFunctionLike(node.parent)),
      ),
    );
    const bySpecifier = sources.filter(({ text }) => /^export default\b|\bas default\b/m.test(text));
    assert.deepEqual(
      [...found, ...bySpecifier].map(({ path }) => path),
      [],
    );
  });

  it('name every column that a statement reads, so that one more changes no plan', () => {
    const whatever = /\b(?:selectAll|returningAll)\(|\bselect (?:\w+\.)?\*|\breturning (?:\w+\.)?\*|, \w+\.\*/;
    const found = sources.filter(({ path, text }) => path.startsWith('src/stores/') && whatever.test(text));
    assert.deepEqual(
      found.map(({ path }) => path),
      [],
    );
  });

  it('read the environment in the commands alone', () => {
    const outside = sources.filter(({ path }) => !path.startsWith('src/cli/'));
    assert.deepEqual(saying(outside, ['process.env']), []);
    const imported = outside.filter(({ text }) => /import\s*\{[^}]*\benv\b[^}]*\}\s*from 'node:process'/.test(text));
    assert.deepEqual(
      imported.map(({ path }) => path),
      [],
    );
  });

  it('let the heart take time and chance by argument', () => {
    const heart = sources.filter(({ path }) => path.startsWith('src/grants/'));
    assert.ok(heart.length > 5);
    const forbidden = [
      'Date.now',
      'Math.random',
      'setTimeout',
      'setInterval',
      'performance.now',
      'randomUUID',
      'process',
    ];
    assert.deepEqual(saying(heart, forbidden), []);
    const dates = heart.flatMap((file) =>
      nodesOf(file).filter((node) => ts.isNewExpression(node) && node.expression.getText(file.syntax) === 'Date'),
    );
    assert.equal(dates.length, 0);
  });

  it('keep the heart free of input and output', () => {
    const found = sources.filter(
      ({ path, text }) => path.startsWith('src/grants/') && /from '(node:|undici|kysely)/.test(text),
    );
    assert.deepEqual(
      found.map(({ path }) => path),
      [],
    );
  });

  it(`keep every file within ${LONGEST_LINES} lines`, () => {
    const long = sources.filter(({ text }) => text.split('\n').length - 1 > LONGEST_LINES);
    assert.deepEqual(
      long.map(({ path }) => path),
      [],
    );
  });

  it('name files and folders in kebab-case', () => {
    const paths = [...filesUnder('src'), ...filesUnder('test')].filter((path) => !path.endsWith('README.md'));
    assert.deepEqual(
      paths.filter((path) => !path.split('/').every((part) => KEBAB_CASE.test(part))),
      [],
    );
  });

  it('name every file after what it holds', () => {
    const paths = [...filesUnder('src'), ...filesUnder('test')];
    const empty = paths.filter((path) =>
      [...dirname(path).split('/'), basename(path).split('.')[0] ?? ''].some((part) => SAYS_NOTHING.test(part)),
    );
    assert.deepEqual(empty, []);
  });
});
