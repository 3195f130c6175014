import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importsOf, sourcesUnder, type Import } from '../support/source-tree.ts';

/**
 * The modules, and which of them each may import. A file straight under `src/` is a module of its own. What ends in
 * `(types)` may be imported for its types alone.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'secret.ts': [],
  'plain-text.ts': [],
  'version.ts': [],
  'origin.ts': [],
  'email.ts': [],
  'nearest.ts': [],
  'postgres-url.ts': [],
  sandbox: [],
  oauth: ['secret.ts'],
  callers: ['secret.ts', 'plain-text.ts', 'email.ts'],
  providers: ['secret.ts', 'plain-text.ts', 'version.ts', 'oauth'],
  config: ['secret.ts', 'origin.ts', 'postgres-url.ts', 'nearest.ts', 'oauth (types)', 'callers (types)', 'providers'],
  grants: ['secret.ts', 'plain-text.ts', 'oauth', 'providers'],
  imports: ['secret.ts', 'plain-text.ts', 'nearest.ts', 'oauth', 'providers', 'grants'],
  stores: ['secret.ts', 'postgres-url.ts', 'oauth', 'providers', 'grants', 'callers'],
  http: ['secret.ts', 'origin.ts', 'email.ts', 'nearest.ts', 'oauth', 'providers', 'grants', 'callers'],
  composition: [
    'secret.ts',
    'version.ts',
    'oauth',
    'callers',
    'config',
    'providers',
    'grants',
    'imports',
    'stores',
    'http',
  ],
  'index.ts': ['composition', 'secret.ts', 'oauth', 'callers', 'config', 'providers', 'grants', 'stores', 'http'],
  cli: [
    'composition',
    'index.ts',
    'secret.ts',
    'version.ts',
    'sandbox',
    'oauth',
    'callers',
    'config',
    'providers',
    'grants',
    'imports',
    'stores',
    'http',
  ],
};

/** The same within the modules that have folders; `.` is what lies straight in the module. */
const MAY_IMPORT_WITHIN: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  grants: {
    '.': [],
    rules: ['.'],
    storage: ['.', 'rules (types)'],
    pacing: ['.', 'rules'],
    keeper: ['.', 'storage', 'rules', 'pacing'],
    linking: ['.', 'storage', 'rules', 'keeper'],
    connections: ['.', 'storage', 'rules', 'keeper'],
    upkeep: ['.', 'storage', 'rules', 'pacing', 'keeper'],
  },
  stores: {
    database: [],
    vault: ['database'],
    grants: ['database', 'vault'],
    forgetting: ['database'],
    upkeep: ['database', 'grants', 'forgetting'],
    connections: ['database', 'vault', 'grants'],
    imports: ['database', 'vault', 'grants', 'connections'],
    '.': ['database', 'vault', 'grants', 'forgetting', 'upkeep', 'connections', 'imports'],
  },
  http: {
    response: ['.'],
    request: ['.', 'response'],
    pages: ['.', 'response'],
    api: ['.', 'request', 'response', 'pages'],
    server: ['.', 'request', 'response'],
    '.': ['request', 'response', 'pages', 'api', 'server'],
  },
};

/** Files that may import one file more than their modules may. */
const ALSO: Readonly<Record<string, string>> = {
  // What a public key must be is decided in one place: where it is used.
  'src/config/jwt-public-key.ts': 'src/callers/jwt/public-key.ts',
};

const sources = sourcesUnder('src');
const imports = sources.flatMap(importsOf);
const inner = imports.filter(({ to }) => to.startsWith('src/'));

function moduleOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** The folder straight under a module that a file is in, however deep; `.` for none. */
function folderOf(path: string): string {
  const [, , folder = '', ...rest] = path.split('/');
  return rest.length === 0 ? '.' : folder;
}

function described({ from, to }: Import): string {
  return `${from} -> ${to}`;
}

describe('the architecture', () => {
  it('is read whole: its modules and their imports are seen', () => {
    assert.ok(sources.length > 20, `${sources.length} files`);
    assert.ok(
      inner.some(({ from, to }) => from === 'src/grants/keeper/renewal.ts' && to === 'src/providers/provider.ts'),
    );
    assert.ok(imports.some(({ from, to }) => from === 'src/oauth/transport.ts' && to === 'undici'));
  });

  it('has no module without a rule', () => {
    const unruled = [...new Set(sources.map(({ path }) => moduleOf(path)))].filter((name) => !(name in MAY_IMPORT));
    assert.deepEqual(unruled, []);
  });

  for (const [name, allowed] of Object.entries(MAY_IMPORT)) {
    it(`lets ${name} import ${allowed.length === 0 ? 'nothing of the others' : `only ${allowed.join(', ')}`}`, () => {
      const wrong = inner.filter(({ from, to, typeOnly }) => {
        if (moduleOf(from) !== name || moduleOf(to) === name || ALSO[from] === to) return false;
        return !allowed.includes(moduleOf(to)) && !(typeOnly && allowed.includes(`${moduleOf(to)} (types)`));
      });
      assert.deepEqual(wrong.map(described), []);
    });
  }

  for (const [name, folders] of Object.entries(MAY_IMPORT_WITHIN)) {
    const within = inner.filter(({ from, to }) => moduleOf(from) === name && moduleOf(to) === name);

    it(`knows every folder of ${name}`, () => {
      const found = new Set(sources.filter(({ path }) => moduleOf(path) === name).map(({ path }) => folderOf(path)));
      assert.deepEqual([...found].sort(), Object.keys(folders).sort());
    });

    for (const [folder, allowed] of Object.entries(folders)) {
      it(`lets ${folder} of ${name} import ${allowed.length === 0 ? 'no other folder of it' : `only ${allowed.join(', ')}`}`, () => {
        const wrong = within.filter(
          ({ from, to, typeOnly }) =>
            folderOf(from) === folder &&
            folderOf(to) !== folder &&
            !allowed.includes(folderOf(to)) &&
            !(typeOnly && allowed.includes(`${folderOf(to)} (types)`)),
        );
        assert.deepEqual(wrong.map(described), []);
      });
    }
  }

  it('has no exception that is not made use of', () => {
    const unused = Object.entries(ALSO).filter(
      ([from, to]) => !inner.some((each) => each.from === from && each.to === to),
    );
    assert.deepEqual(unused, []);
  });

  it('gives the clock of the machine nothing but the type of a clock', () => {
    const wrong = inner.filter(
      ({ from, to }) => from === 'src/composition/system-clock.ts' && to !== 'src/grants/clock.ts',
    );
    assert.deepEqual(wrong.map(described), []);
  });

  it('opens the sandbox to the commands alone', () => {
    const wrong = inner.filter(
      ({ from, to }) => moduleOf(to) === 'sandbox' && !['sandbox', 'cli'].includes(moduleOf(from)),
    );
    assert.deepEqual(wrong.map(described), []);
  });

  it('imports nothing by a computed name', () => {
    assert.deepEqual(imports.filter(({ to }) => to === '(computed)').map(described), []);
  });

  it('imports only files that are there, by their full names', () => {
    const known = new Set(sources.map(({ path }) => path));
    assert.deepEqual(inner.filter(({ to }) => !known.has(to)).map(described), []);
  });

  it('loads for a command nothing that this command does not need', () => {
    const atStart = imports.filter(({ typeOnly, dynamic }) => !typeOnly && !dynamic);
    const loaded = reachable('src/cli/program.ts', atStart);
    assert.ok(loaded.has('src/cli/serve.ts'));
    const packages = [...loaded].filter((path) => !path.startsWith('src/') && !path.startsWith('node:'));
    assert.deepEqual(packages, ['commander']);
  });

  it('has no cycle between files', () => {
    assert.deepEqual(findCycle(inner), []);
  });
});

describe('the search for cycles', () => {
  const edge = (from: string, to: string): Import => ({ from, to, typeOnly: true, dynamic: false });

  it('finds one of several files', () => {
    assert.deepEqual(findCycle([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')]), ['b', 'c', 'b']);
  });

  it('takes no shared import for one', () => {
    assert.deepEqual(findCycle([edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd')]), []);
  });
});

/** Everything that is loaded with a file, itself included. */
function reachable(start: string, edges: readonly Import[]): Set<string> {
  const next = Map.groupBy(edges, ({ from }) => from);
  const found = new Set([start]);
  // A set's walk goes on over what is added on the way.
  for (const file of found) for (const { to } of next.get(file) ?? []) found.add(to);
  return found;
}

/** The files of one cycle, its first again at its end; empty where there is none. */
function findCycle(edges: readonly Import[]): string[] {
  const next = Map.groupBy(edges, ({ from }) => from);
  const done = new Set<string>();
  const search = (path: readonly string[]): string[] => {
    const file = path.at(-1) ?? '';
    const first = path.indexOf(file);
    if (first < path.length - 1) return path.slice(first);
    if (done.has(file)) return [];
    for (const { to } of next.get(file) ?? []) {
      const cycle = search([...path, to]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of next.keys()) {
    const cycle = search([file]);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
