import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { anchorsOf, documents, faultOf, linksOf, type Document } from './markdown.ts';
import { filesUnder } from '../support/source-tree.ts';

const MAP = 'docs/README.md';
const DECISIONS = 'docs/decisions/';
/** Read where they lie: what waits for a release, and what GitHub shows by itself. */
const HANG_FROM_NOTHING = ['changelog/unreleased/', '.github/'];

const all = documents();
const links = all.flatMap(linksOf);
const decisions = all.filter(({ path }) => /^docs\/decisions\/\d{4}-/.test(path));

describe('the documents', () => {
  it('are read whole: their links are seen', () => {
    assert.ok(all.length > 20, `${all.length} documents`);
    assert.ok(links.some(({ from, path }) => from === MAP && path === 'docs/reliability.md'));
    assert.ok(links.some(({ from, path }) => from === 'README.md' && path === 'docs/pictures/linked.png'));
    assert.ok(links.some(({ anchor }) => anchor === 'what-is-not-promised'));
  });

  it('link only to files and headings that are there', () => {
    const broken = links.flatMap((link) => {
      const fault = faultOf(link);
      return fault === undefined ? [] : [`${link.from}: ${link.target} ${fault}`];
    });
    assert.deepEqual(broken, []);
  });

  it(`hang from ${MAP}, and it from README.md`, () => {
    assert.ok(links.some(({ from, path }) => from === 'README.md' && path === MAP));
    const reached = reachableFrom(MAP);
    const lost = pathsOf(all).filter(
      (path) => !reached.has(path) && !HANG_FROM_NOTHING.some((folder) => path.startsWith(folder)),
    );
    assert.deepEqual(lost, []);
  });
});

describe('the decisions', () => {
  it('say status, date, context, decision and consequences', () => {
    assert.ok(decisions.length > 10, `${decisions.length} decisions`);
    const incomplete = decisions.filter(({ path, text }) => {
      const number = path.slice(DECISIONS.length, DECISIONS.length + 4);
      return !(
        text.startsWith(`# ${number}: `) &&
        /^- Status: (proposed|accepted|superseded by \d{4})$/m.test(text) &&
        /^- Date: \d{4}-\d{2}-\d{2}/m.test(text) &&
        anchorsOf(text).slice(1).join() === 'context,decision,consequences'
      );
    });
    assert.deepEqual(pathsOf(incomplete), []);
  });

  it('have numbers of their own, and a line in the index', () => {
    const numbers = decisions.map(({ path }) => path.slice(DECISIONS.length, DECISIONS.length + 4));
    assert.equal(new Set(numbers).size, numbers.length);
    const index = links.filter(({ from }) => from === `${DECISIONS}README.md`).map(({ path }) => path);
    assert.deepEqual(
      pathsOf(decisions).filter((path) => !index.includes(path)),
      [],
    );
  });

  it('give a line to each runtime dependency, and to no other package', () => {
    const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const text = decisions.find(({ path }) => path.endsWith('0001-runtime-dependencies.md'))?.text ?? '';
    const told = [...text.matchAll(/^\| `([^`]+)` +\| \S/gm)].map(([, name]) => name);
    assert.deepEqual(told.sort(), Object.keys(dependencies).sort());
  });
});

describe('what waits for the next release', () => {
  it('is one file a change, named by its kind, that holds a list', () => {
    const pending = filesUnder('changelog/unreleased').filter((path) => !path.endsWith('/.gitkeep'));
    const kind = /^changelog\/unreleased\/(added|changed|deprecated|removed|fixed|security)-[a-z\d-]+\.md$/;
    assert.deepEqual(
      pending.filter((path) => !kind.test(path)),
      [],
    );
    const waiting = all.filter(({ path }) => dirname(path) === 'changelog/unreleased');
    assert.deepEqual(pathsOf(waiting.filter(({ text }) => !text.startsWith('- ') || /^#/m.test(text))), []);
  });
});

describe('the reading of links', () => {
  const targets = (text: string) => linksOf({ path: 'docs/a.md', text }).map(({ path }) => path);

  it('finds text, images, HTML and definitions, and leaves code and the web alone', () => {
    const text = [
      '[a](b.md) ![c](pictures/c.png "C") <img src="d.png"> [e][e]',
      '[e]: ../e.md#f',
      '[g](https://example.com) `[h](h.md)`',
      '```md\n[i](i.md)\n```',
    ].join('\n\n');
    assert.deepEqual(targets(text).sort(), ['docs/b.md', 'docs/d.png', 'docs/pictures/c.png', 'e.md']);
  });

  it('names headings as GitHub does', () => {
    const text = '# A `b`: c, d!\n\n## Twice\n\n## Twice\n\n```sh\n# no heading\n```\n';
    assert.deepEqual(anchorsOf(text), ['a-b-c-d', 'twice', 'twice-1']);
  });
});

/** The documents that links lead to from one, itself included; a link to a folder leads to its README. */
function reachableFrom(start: string): Set<string> {
  const next = Map.groupBy(links, ({ from }) => from);
  const found = new Set([start]);
  // A set's walk goes on over what is added on the way.
  for (const path of found) {
    for (const link of next.get(path) ?? []) found.add(link.path).add(`${link.path}/README.md`);
  }
  return found;
}

function pathsOf(these: readonly Document[]): string[] {
  return these.map(({ path }) => path);
}
