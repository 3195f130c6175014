import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadHeart } from './heart.ts';
import { KNOWN, REGRESSIONS } from './regressions.ts';
import { runSchedule } from './world.ts';

const heart = await loadHeart();

describe('a schedule that once failed holds', () => {
  for (const { name, kind, bounds, scenario } of REGRESSIONS) {
    it(name, async () => {
      const { violation } = await runSchedule({ heart, kind, bounds, scenario });
      assert.equal(violation?.message, undefined);
    });
  }
});

describe('the heart never', () => {
  for (const { name, kind, bounds, scenario } of KNOWN) {
    it(name, { todo: 'known, and not mended yet' }, async () => {
      const { violation } = await runSchedule({ heart, kind, bounds, scenario, isStrict: true });
      assert.equal(violation?.message, undefined);
    });
  }
});
