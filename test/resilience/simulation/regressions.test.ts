import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadHeart } from './heart.ts';
import { NOT_PROMISED, REGRESSIONS } from './regressions.ts';
import { runSchedule } from './world/world.ts';

const heart = await loadHeart();

describe('a schedule that once failed holds', () => {
  for (const { name, kind, bounds, scenario } of REGRESSIONS) {
    it(name, async () => {
      const { violation } = await runSchedule({ heart, kind, bounds, scenario });
      assert.equal(violation?.message, undefined);
    });
  }
});

describe('what docs/reliability.md does not promise still happens', () => {
  for (const { name, kind, bounds, scenario } of NOT_PROMISED) {
    it(name, async () => {
      const { violation } = await runSchedule({ heart, kind, bounds, scenario, isStrict: true });
      assert.ok(violation !== undefined, 'mended: it belongs to the regressions now, and out of that page');
    });
  }
});
