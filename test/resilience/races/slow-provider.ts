import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { jwt } from '../../support/service/credentials.ts';
import { openHerd, waits, type Caller, type Herd, type Served } from '../../support/races/herd.ts';
import { theOneToken } from '../../support/races/one-expired-grant.ts';
import { ASKED_NOTHING } from '../../support/races/start-sandbox-process.ts';
import type { Fleet } from '../../support/races/start-fleet.ts';

const CALLERS_AT_ONCE = 20;
/** When callers come, in milliseconds after the first: above all around the end of a lease of 10 seconds. */
const ARRIVALS_MS = [0, 5_000, 9_500, 10_500, 11_500, 20_500, 40_000, 59_000];

/**
 * Cal.com spends the refresh token at once, takes `latencyMs` to say so, and ends the whole family when a spent one is
 * presented again. It is asked once, whoever comes meanwhile, and everybody ends up with a live token.
 */
export async function slowProvider(context: TestContext, fleet: Fleet, latencyMs: number): Promise<void> {
  const { sandbox, database, urls } = fleet;
  await using herd = openHerd(urls, CALLERS_AT_ONCE * ARRIVALS_MS.length);
  const bearer = jwt('alice');
  const all = Array.from({ length: CALLERS_AT_ONCE }, (_, index) => ({ bearer, service: index % urls.length }));
  theOneToken(await herd.ask(all.slice(0, 1)));
  await sandbox.set({ on_reuse: 'revoke_family', latency_ms: latencyMs });
  await fleet.expireAll();

  const arrivals = ARRIVALS_MS.filter((ms) => ms < latencyMs);
  const problems: Served[] = [];
  const answers = await Promise.all(
    arrivals.map(async (ms) => {
      await sleep(ms);
      return Promise.all(all.map((caller) => patiently(herd, caller, problems)));
    }),
  );
  const asked = await sandbox.asked();
  context.diagnostic(
    `${answers.flat().length} callers, ${asked.refresh} refresh of ${latencyMs} ms, ${problems.length} sent away for a while; ${waits(answers.flat())}`,
  );
  const token = theOneToken(answers.flat());
  assert.deepEqual(asked, { ...ASKED_NOTHING, refresh: 1 });
  assert.match((await sandbox.liveTokens()).get(token) ?? 'not live', /^alice\+/);

  // The refresh token that came with it is the one to spend next.
  await sandbox.set({ latency_ms: 0 });
  await fleet.expireAll();
  const next = theOneToken(await herd.ask(all));
  assert.deepEqual(await sandbox.asked(), { ...ASKED_NOTHING, refresh: 1 });
  assert.match((await sandbox.liveTokens()).get(next) ?? 'not live', /^alice\+/);
  assert.deepEqual(await database.unfortunate(), []);
}

/** Asks, and again as soon as the answer allows; notes every answer that is no token. The wait is that of all of it. */
async function patiently(herd: Herd, caller: Caller, problems: Served[]): Promise<Served> {
  const start = performance.now();
  for (;;) {
    const [answer] = await herd.ask([caller]);
    assert.ok(answer !== undefined);
    if (answer.status === 200) return { ...answer, waitMs: performance.now() - start };
    problems.push(answer);
    assert.equal(answer.json.code, 'upstream_slow', JSON.stringify(answer));
    assert.ok(answer.retryAfterMs !== undefined && answer.retryAfterMs > 0, JSON.stringify(answer));
    await sleep(answer.retryAfterMs);
  }
}
