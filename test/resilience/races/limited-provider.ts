import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { jwt } from '../../support/service/credentials.ts';
import { openHerd, waits, type Served } from '../../support/races/herd.ts';
import { allServed } from '../../support/races/one-expired-grant.ts';
import type { Fleet } from '../../support/races/start-fleet.ts';

/** How many users, how many requests a minute Cal.com takes, and whether to come again until all are served. */
export interface LimitedProvider {
  readonly users: number;
  readonly limit: number;
  readonly isPatient: boolean;
}

/** What one limit may cost: refusals after the first. */
const MOST_REFUSALS = 20;
/** A busy machine is slower to see the first one, and more is under way by then: twice as much, of 120 without a pacer. */
const MOST_ON_A_BUSY_MACHINE = 40;
const NEW_AT_ONCE = 50;
/** Cal.com refuses everything for a minute once there was too much. */
const BLOCK_MS = 60_000;

/**
 * Far more users' tokens have just expired than Cal.com renews in a minute. It is asked until it refuses, and hardly any
 * more: whoever comes too late is told when to come again.
 */
export async function limitedProvider(
  context: TestContext,
  fleet: Fleet,
  { users, limit, isPatient }: LimitedProvider,
): Promise<void> {
  const { sandbox, urls } = fleet;
  await using herd = openHerd(urls, users);
  const all = Array.from({ length: users }, (_, user) => ({
    bearer: jwt(`user-${user}`),
    service: user % urls.length,
  }));
  for (let first = 0; first < users; first += NEW_AT_ONCE)
    allServed(await herd.ask(all.slice(first, first + NEW_AT_ONCE)));
  await fleet.expireAll();
  await sandbox.set({ rate_limit_per_minute: limit });

  const answers = await herd.ask(all);
  const refusals = await sandbox.refusals();
  context.diagnostic(`${users} users, ${limit} a minute: ${refusals} refusals; ${waits(answers)}`);
  const most = isPatient ? MOST_REFUSALS : MOST_ON_A_BUSY_MACHINE;
  assert.ok(refusals >= 1 && refusals - 1 <= most, `${refusals} refusals`);
  const served = answers.filter(({ status }) => status === 200);
  const late = answers.filter(({ status }) => status !== 200);
  assert.equal(served.length, limit);
  for (const answer of late) toldToWait(answer);

  const again = await herd.ask(all);
  assert.equal(again.filter(({ status }) => status === 200).length, limit, 'live tokens are served meanwhile');
  assert.equal(await sandbox.refusals(), refusals, 'and nobody is asked');
  if (!isPatient) return;
  let pauses = 1;
  for (let left = users - limit; left > 0; left -= limit, pauses += 1)
    await sleep(BLOCK_MS + 1_000).then(() => herd.ask(all));
  context.diagnostic(`all served after ${pauses} minutes and ${await sandbox.refusals()} refusals`);
  allServed(await herd.ask(all));
  assert.ok((await sandbox.refusals()) <= pauses * MOST_REFUSALS);
}

function toldToWait({ status, json, retryAfterMs = 0 }: Served): void {
  assert.equal(`${status} ${json.code}`, '500 upstream_throttled', JSON.stringify(json));
  assert.ok(retryAfterMs > 0 && retryAfterMs <= BLOCK_MS, `${retryAfterMs} ms`);
}
