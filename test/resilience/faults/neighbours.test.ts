import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../../support/service/answer.ts';
import { EFFORT, effort } from '../../support/effort.ts';
import { percentiles, type Percentiles } from './percentiles.ts';
import { startRestartablePostgres } from '../../support/restartable-postgres.ts';
import { newScene, until, type Scene } from '../../support/scene.ts';

type Kind = 'SQLite' | 'Postgres';
const WATCH_MS = effort({ smoke: 1_500, proofs: 2_500, long: 20_000 });
const KINDS = effort<readonly Kind[]>({
  smoke: ['SQLite'],
  proofs: ['SQLite', 'Postgres'],
  long: ['SQLite', 'Postgres'],
});
const WAITING = effort({ smoke: 100, proofs: 300, long: 300 });
/** As long as their calls are watched at least, and from one read to the next; milliseconds. */
const SLOW_WATCH_MS = effort({ smoke: 3_000, proofs: 7_000, long: 20_000 });
const READ_PAUSE_MS = effort({ smoke: 20, proofs: 5, long: 5 });
const HANG_MS = 30_000;
const NEIGHBOURS = ['ann', 'ben', 'cat', 'dan'];
/** What a reader may notice, and how much slower than in quiet times; generous, for other things run here too. */
const MOST_MS = { read: 250, refresh: 1_500 };
const MOST_TIMES = 3;
/** In the short form other tests run at the same time, and the slowest answers say more of them than of this service. */
const JUDGED = EFFORT === 'long' ? 'p99' : 'p90';

const postgres = await startRestartablePostgres();
after(() => postgres[Symbol.asyncDispose]());

/** Asks for `ms` milliseconds, one after another, as these users in turn. */
async function measure(scene: Scene, body: object, pauseMs: number, ms = WATCH_MS): Promise<Percentiles> {
  const took: number[] = [];
  const until = performance.now() + ms;
  for (let turn = 0; performance.now() < until; turn += 1) {
    const since = performance.now();
    const { status, text, json } = await scene.ask(0, NEIGHBOURS[turn % NEIGHBOURS.length] ?? '', body);
    took.push(performance.now() - since);
    assert.equal(status, 200, text);
    if ('force_refresh' in body) assert.equal(json.refreshed, true);
    await sleep(pauseMs);
  }
  return percentiles(took);
}

/** Warm reads and other users' refreshes, at once. */
async function measureBoth(scene: Scene) {
  const [reads, refreshes] = await Promise.all([
    measure(scene, {}, READ_PAUSE_MS),
    measure(scene, { force_refresh: true }, 250),
  ]);
  return { reads, refreshes };
}

function assertUnharmed(what: string, quiet: Percentiles, troubled: Percentiles, mostMs: number): void {
  const told = `${what}: ${JSON.stringify({ quiet, troubled })}`;
  assert.ok(troubled.p50 < Math.max(mostMs / 2, MOST_TIMES * quiet.p50), told);
  assert.ok(troubled[JUDGED] < Math.max(mostMs, MOST_TIMES * quiet[JUDGED]), told);
}

/** For calls whose answer nobody waits for. */
function leave(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: unknown) => error);
}

async function newStreet(kind: Kind, name: string): Promise<Scene> {
  const where = kind === 'SQLite' ? {} : { postgres: { url: await postgres.createDatabase(name) } };
  const scene = await newScene({ ...where, env: { EVERGRANT_LOG_LEVEL: 'warn' } });
  for (const subject of NEIGHBOURS) tokenOf(await scene.ask(0, subject));
  return scene;
}

for (const kind of KINDS) {
  describe(`on ${kind}, others do not suffer`, () => {
    it('from one user whose calls hang', async (context) => {
      await using scene = await newStreet(kind, 'one');
      const { sandbox } = scene;
      tokenOf(await scene.ask(0, 'mallory'));
      const quiet = await measureBoth(scene);
      const mallory = (await sandbox.users()).find(({ email }) => String(email).startsWith('mallory+'));
      await sandbox.control('POST', '/tokens/purge', { user_id: mallory.id, kind: 'both' });
      await sandbox.control('POST', '/faults', {
        match: { method: 'POST', path: `*/users/${mallory.id}/force-refresh` },
        times: null,
        fault: { hang: true },
      });
      const asked = Array.from({ length: 100 }, () => leave(scene.ask(0, 'mallory', { force_refresh: true })));
      await until(async () => (await sandbox.count('force-refresh')) === 1, 'it hangs');
      const troubled = await measureBoth(scene);
      context.diagnostic(JSON.stringify({ quiet, troubled }));
      assertUnharmed('warm reads', quiet.reads, troubled.reads, MOST_MS.read);
      assertUnharmed("others' refreshes", quiet.refreshes, troubled.refreshes, MOST_MS.refresh);
      await sandbox.clearFaults();
      await Promise.all(asked);
      assert.equal(await sandbox.count('force-refresh'), 1, 'a hundred callers, one call');
    });

    it(`from ${WAITING} users for whom the provider is slow`, async (context) => {
      await using scene = await newStreet(kind, 'many');
      const { sandbox } = scene;
      const slow = Array.from({ length: WAITING }, (_, index) => `slow-${index}`);
      await Promise.all(slow.map(async (subject) => tokenOf(await scene.ask(0, subject))));
      const quiet = await measure(scene, {}, READ_PAUSE_MS);
      await sandbox.fault('refresh', { delay_ms: HANG_MS });
      const asked = slow.map((subject) => leave(scene.ask(0, subject, { force_refresh: true })));
      await sleep(500);
      const troubled = await measure(scene, {}, READ_PAUSE_MS, SLOW_WATCH_MS);
      context.diagnostic(JSON.stringify({ quiet, troubled, arrived: await sandbox.count('refresh') }));
      assertUnharmed('warm reads', quiet, troubled, MOST_MS.read);
      await sandbox.clearFaults();
      await scene.services[0]?.kill();
      await Promise.all(asked);
    });
  });
}
