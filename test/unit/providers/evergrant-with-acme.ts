import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundle } from '../../support/bundle.ts';

const FAMILY = join(import.meta.dirname, 'acme/index.ts');
const LIST = /export const FAMILIES = \[(.*)\] as const;/;

/** Puts the family of this folder into the list of families, and changes nothing else. */
const oneMoreFamily: Plugin = {
  name: 'one more family',
  setup(build) {
    build.onLoad({ filter: /\/src\/providers\/registry\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      assert.match(text, LIST);
      const listed = text.replace(LIST, 'export const FAMILIES = [$1, ACME] as const;');
      return { contents: `import { ACME } from ${JSON.stringify(FAMILY)};\n${listed}`, loader: 'ts' };
    });
  },
};

/** `evergrant` in one file, as it is once the family has been added. */
export const MAIN_WITH_ACME = await bundle(new URL('../../../src/cli/main.ts', import.meta.url), {
  name: 'main-with-acme',
  plugins: [oneMoreFamily],
});
