import assert from 'node:assert/strict';
import { toProblem, retryAfterMs } from '../../../support/service/answer.ts';
import { assertNeverLost, assertOneLive, settled } from '../verdicts.ts';
import { forEach, type Scenario } from './scenario.ts';

/** Half of the first wait of a back-off at least. */
const SHORTEST_WAIT_MS = 450;
const HTML = '<!doctype html><title>502 Bad Gateway</title>';

/** What the provider does in place of its work, and what its callers are told meanwhile. */
const FAULTS = {
  'a 500': { fault: { status: 500 }, code: 'upstream_unavailable', outcome: 'unknown' },
  'a 429': {
    fault: { status: 429, headers: { 'Retry-After': '2' } },
    code: 'upstream_throttled',
    outcome: 'throttled',
  },
  'a success that is none': {
    fault: { status: 200, headers: { 'Content-Type': 'text/html' }, body: HTML },
    code: 'upstream_unavailable',
    outcome: 'unknown',
  },
  'an unfamiliar refusal': {
    fault: { status: 400, body: { error: 'try_another_day' } },
    code: 'upstream_unavailable',
    outcome: 'unknown',
  },
  'a connection cut before the work': { fault: { reset: true }, code: 'upstream_unavailable', outcome: 'unknown' },
};

/** The refresh token is as good as before, so nobody may lose anything, whatever the kind. */
export const FAILING_ANSWERS = Object.entries(FAULTS).map(([title, { fault, code, outcome }], index): Scenario => {
  const name = `failing-${index}`;
  return {
    title: `${title} is waited out by all, asked again once, and costs nothing`,
    subjects: [{ name }],
    async arrange({ services, grant }, players) {
      const [one] = services;
      const told = await forEach(players, async (player) => {
        const its = grant(player, name);
        await player.fault(fault);
        // The wait begins before its failure is stored, which takes a busy machine a while.
        const since = performance.now();
        const struck = await its.ask(one);
        const others = await its.askAll(services, 2);
        return { struck, others, tookMs: performance.now() - since };
      });
      return async (player) => {
        const its = grant(player, name);
        const { struck, others, tookMs } = told(player);
        // A busy machine may need longer for the others than they must wait.
        for (const answer of [struck, ...others.filter(({ status }) => status !== 200 || tookMs < SHORTEST_WAIT_MS)]) {
          toProblem(answer, 500, code);
          assert.ok(retryAfterMs(answer) >= 1_000);
        }
        await assertOneLive(its, await settled(its, services));
        assert.deepEqual(await its.exchanges(), [`refresh ${outcome}`, 'refresh obtained']);
        await assertNeverLost(its, services);
      };
    },
  };
});
