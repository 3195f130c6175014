import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { jwt } from '../../support/service/credentials.ts';
import { openHerd, waits, type Served } from '../../support/races/herd.ts';
import { allServed } from '../../support/races/one-expired-grant.ts';
import { ASKED_NOTHING } from '../../support/races/start-sandbox-process.ts';
import type { Fleet } from '../../support/races/start-fleet.ts';

/** How many users, how many callers for each, how often, and how long Cal.com takes to answer, in milliseconds. */
export interface ManyExpiredGrants {
  readonly users: number;
  readonly callersEach: number;
  readonly runs: number;
  readonly latencyMs: number;
}

/** How many users are made at once, before the race. */
const NEW_AT_ONCE = 50;

/**
 * Very many users' tokens are asked for at once, each by callers of all services: Cal.com is asked once for each.
 */
export async function manyExpiredGrants(
  context: TestContext,
  fleet: Fleet,
  { users, callersEach, runs, latencyMs }: ManyExpiredGrants,
): Promise<void> {
  const { sandbox, database, urls } = fleet;
  await using herd = openHerd(urls, users * callersEach);
  const bearers = Array.from({ length: users }, (_, user) => jwt(`user-${user}`));
  const all = Array.from({ length: callersEach }, (_, round) =>
    // Shifted by one each round, so that every user is asked for at all services.
    bearers.map((bearer, user) => ({ bearer, service: (user + round) % urls.length })),
  ).flat();

  for (let first = 0; first < users; first += NEW_AT_ONCE) {
    allServed(await herd.ask(all.slice(first, Math.min(users, first + NEW_AT_ONCE))));
  }
  // Connections are made now, so that in the race nobody comes after the others for want of one.
  allServed(await herd.ask(all));
  assert.deepEqual(await sandbox.asked(), { ...ASKED_NOTHING, create: users });
  await sandbox.set({ latency_ms: latencyMs });

  for (let run = 1; run <= runs; run += 1) {
    await fleet.expireAll();
    const start = performance.now();
    const answers = await herd.ask(all);
    const tookMs = Math.round(performance.now() - start);
    const asked = await sandbox.asked();
    context.diagnostic(
      `run ${run}: ${all.length} callers of ${users} users, ${asked.refresh} refresh, ${tookMs} ms; ${waits(answers)}`,
    );
    allServed(answers);
    assert.deepEqual(asked, { ...ASKED_NOTHING, refresh: users });
    eachItsOwn(answers, users, await sandbox.liveTokens());
  }
  assert.deepEqual(await database.unfortunate(), []);
}

/** Every caller got a live token of its own user; those of one user got the same. */
function eachItsOwn(answers: readonly Served[], users: number, owners: ReadonlyMap<string, string>): void {
  const tokens = new Set<string>();
  for (const [index, { json }] of answers.entries()) {
    const owner = owners.get(json.access_token) ?? 'not live';
    assert.equal(owner.split('+')[0], `user-${index % users}`);
    tokens.add(json.access_token);
  }
  assert.equal(tokens.size, users);
}
