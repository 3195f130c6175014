import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { jwt } from '../service/credentials.ts';
import { openHerd, waits, type Served } from './herd.ts';
import { ASKED_NOTHING } from './start-sandbox-process.ts';
import type { Fleet } from './start-fleet.ts';

/** How many callers, how often, and how long Cal.com takes to answer, in milliseconds. */
export interface OneExpiredGrant {
  readonly callers: number;
  readonly runs: number;
  readonly latencyMs: number;
}

/** Everybody asks for one user's expired token at once, spread over all services: Cal.com is asked once. */
export async function oneExpiredGrant(
  context: TestContext,
  fleet: Fleet,
  { callers, runs, latencyMs }: OneExpiredGrant,
): Promise<void> {
  const { sandbox, database, urls } = fleet;
  await using herd = openHerd(urls, callers);
  const bearer = jwt('alice');
  const all = Array.from({ length: callers }, (_, index) => ({ bearer, service: index % urls.length }));
  theOneToken(await herd.ask(all.slice(0, 1)));
  // Connections are made now, so that in the race nobody comes after the others for want of one.
  let last = theOneToken(await herd.ask(all));
  await sandbox.set({ latency_ms: latencyMs });
  for (let run = 1; run <= runs; run += 1) {
    await fleet.expireAll();
    const start = performance.now();
    const answers = await herd.ask(all);
    const tookMs = Math.round(performance.now() - start);
    const asked = await sandbox.asked();
    context.diagnostic(`run ${run}: ${callers} callers, ${asked.refresh} refresh, ${tookMs} ms; ${waits(answers)}`);
    const token = theOneToken(answers);
    assert.deepEqual(asked, { ...ASKED_NOTHING, refresh: 1 });
    assert.notEqual(token, last);
    assert.match((await sandbox.liveTokens()).get(token) ?? 'not live', /^alice\+/);
    last = token;
  }
  assert.deepEqual(await database.unfortunate(), []);
}

/** Asserts that every caller was served, all of them with one token, and gives that. */
export function theOneToken(answers: readonly Served[]): string {
  allServed(answers);
  const tokens = [...new Set(answers.map(({ json }): string => json.access_token))];
  assert.equal(tokens.length, 1, `${tokens.length} tokens`);
  return tokens[0] ?? '';
}

/** Asserts that every caller got a token; says how many got what instead. */
export function allServed(answers: readonly Served[]): void {
  const others = answers.filter(({ status }) => status !== 200);
  const kinds = Map.groupBy(others, ({ status, json }) => `${status} ${json.code}: ${json.detail}`);
  assert.deepEqual(
    [...kinds].map(([what, { length }]) => `${length} times ${what}`),
    [],
  );
}
