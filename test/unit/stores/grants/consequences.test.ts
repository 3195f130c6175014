import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { whatFollows } from '../../../../src/stores/grants/consequences.ts';

const PRESENTED = { exchangeId: 1, nonce: 'n1' };
const REFRESH = { kind: 'refresh', presented: PRESENTED } as const;
const WELL = { integrated_at: 1, failing: 0, revisited: 0, last_event: 'grant.created' } as const;

describe('what follows from a new credential', () => {
  it('by the ordinary way is the end of the presented one, and nothing else', () => {
    const nothing = { supersedes: false, settles: false, event: undefined };
    assert.deepEqual(whatFollows(REFRESH, WELL), { ends: PRESENTED, ...nothing });
  });

  it('after failures is that the grant is well', () => {
    assert.equal(whatFollows(REFRESH, { ...WELL, failing: 1 }).settles, true);
  });

  it('that forgetting waits for is noted in the grant', () => {
    assert.equal(whatFollows(REFRESH, { ...WELL, revisited: 1 }).settles, true);
  });

  it('that is the first is told, and settles the grant', () => {
    const { event, settles } = whatFollows(REFRESH, { ...WELL, integrated_at: null, last_event: null });
    assert.deepEqual([event, settles], ['grant.created', true]);
  });

  it('of a grant that had nothing left is a recovery', () => {
    assert.equal(whatFollows(REFRESH, { ...WELL, last_event: 'grant.reconnect_required' }).event, 'grant.recovered');
    assert.equal(whatFollows(REFRESH, { ...WELL, last_event: 'grant.lapsed' }).event, undefined);
  });

  for (const kind of ['recover', 'provision'] as const) {
    it(`by ${kind} is a recovery that leaves all older ones behind`, () => {
      const { event, supersedes, ends } = whatFollows({ kind, presented: undefined }, WELL);
      assert.deepEqual([event, supersedes, ends], ['grant.recovered', true, undefined]);
    });
  }
});
