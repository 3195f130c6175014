import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultMinTtl, isLive } from '../../../../src/grants/credential.ts';
import { satisfies, tolerates, type StandingDemand } from '../../../../src/grants/rules/demand.ts';
import type { GrantView } from '../../../../src/grants/grant.ts';
import { Secret } from '../../../../src/secret.ts';
import { credential, demand, HOUR_MS, MINUTE_MS, NOW, view } from '../../../support/grants/facts.ts';

describe('a credential', () => {
  it('lives until its very end', () => {
    assert.equal(isLive(credential({ lifeLeftMs: 1 }), NOW), true);
    assert.equal(isLive(credential({ lifeLeftMs: 0 }), NOW), false);
    assert.equal(isLive(credential({ lifeLeftMs: -1 }), NOW), false);
  });

  it('is renewed a minute before its end, or a tenth of its life where that is less', () => {
    const living = (lifeMs: number) => credential({ obtainedAt: NOW, lifeLeftMs: lifeMs });
    assert.equal(defaultMinTtl(living(HOUR_MS)), MINUTE_MS);
    assert.equal(defaultMinTtl(living(10 * MINUTE_MS)), MINUTE_MS);
    assert.equal(defaultMinTtl(living(5 * MINUTE_MS)), MINUTE_MS / 2);
    assert.equal(defaultMinTtl(living(1_000)), 100);
  });
});

describe('what a caller asks for', () => {
  const short = view({ current: credential({ lifeLeftMs: 10_000 }) });
  const rejected = new Secret('access');
  // A database that went back in time holds the very token that was seen, in an answer that was written again.
  const renumbered = (wish: Partial<StandingDemand>) => ({
    ...demand(),
    ...wish,
    seen: { exchangeId: 4, nonce: 'n5' },
  });
  const cases: [name: string, view: GrantView, demand: StandingDemand, satisfied: boolean, tolerated: boolean][] = [
    ['a good token', view(), demand(), true, true],
    ['no token', view({ current: undefined }), demand(), false, false],
    ['an expired token', view({ current: credential({ lifeLeftMs: 0 }) }), demand(), false, false],
    ['an unsettled token', view({ unsettled: true }), demand(), false, false],
    ['an unsettled token obtained since', view({ unsettled: true }), demand({ seen: 4 }), false, false],
    ['a token of a minute more', view({ current: credential({ lifeLeftMs: MINUTE_MS }) }), demand(), true, true],
    [
      'a token of not quite a minute',
      view({ current: credential({ lifeLeftMs: MINUTE_MS - 1 }) }),
      demand(),
      false,
      true,
    ],
    ['enough life for a modest wish', short, demand({ minTtlMs: 10_000 }), true, true],
    ['too little life for the wish', short, demand({ minTtlMs: 10_001 }), false, true],
    [
      'any life for the wish of none',
      view({ current: credential({ lifeLeftMs: 1 }) }),
      demand({ minTtlMs: 0 }),
      true,
      true,
    ],
    ['a good token, by force', view(), demand({ force: true }), false, true],
    ['a token obtained since, by force', view(), demand({ force: true, seen: 4 }), true, true],
    ['a short token obtained since', short, demand({ seen: 4, minTtlMs: HOUR_MS }), true, true],
    ['the seen token under a higher number, by force', view(), renumbered({ force: true }), false, true],
    ['the rejected token under a higher number', view(), renumbered({ rejected, rejectsSeen: true }), false, false],
    ['the rejected token, come back since', view(), demand({ rejected, seen: 4 }), false, false],
    ['the rejected token, given once more', view(), demand({ rejected, rejectsSeen: true, seen: 4 }), true, false],
    [
      'an expired token obtained since',
      view({ current: credential({ lifeLeftMs: 0 }) }),
      demand({ seen: 4 }),
      false,
      false,
    ],
    ['the token that was rejected', view(), demand({ rejected }), false, false],
    ['another token than the rejected one', view(), demand({ rejected: new Secret('other') }), true, true],
    ['an older token than the one seen', view({ current: credential({ exchangeId: 3 }) }), demand(), true, true],
    [
      'an older token than the one seen, by force',
      view({ current: credential({ exchangeId: 3 }) }),
      demand({ force: true }),
      false,
      true,
    ],
  ];
  for (const [name, facts, wish, satisfied, tolerated] of cases) {
    it(`is ${satisfied ? 'met' : 'not met'} by ${name}, which ${tolerated ? 'would do' : 'would not do'} in need`, () => {
      assert.equal(satisfies(facts, wish, NOW), satisfied);
      assert.equal(tolerates(facts, wish, NOW), tolerated);
    });
  }
});
