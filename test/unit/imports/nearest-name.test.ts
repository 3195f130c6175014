import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearestName } from '../../../src/imports/nearest-name.ts';

describe('the name that was meant', () => {
  it('is the nearest, at most two edits away', () => {
    const known = ['refresh', 'reform', 'token'];
    for (const [typed, meant] of [
      ['refresh', 'refresh'],
      ['refrsh', 'refresh'],
      ['reforms', 'reform'],
      ['tokne', 'token'],
      ['nothing', undefined],
      ['tok', undefined],
      ['r'.repeat(65), undefined],
    ] as const) {
      assert.equal(nearestName(typed, known), meant, typed);
    }
  });
});
