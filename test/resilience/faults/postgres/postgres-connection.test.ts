import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, tokenOf } from '../../../support/service/answer.ts';
import { effort } from '../../../support/effort.ts';
import { watchHealth } from '../health-watch.ts';
import { assertNothingLost, reckon } from '../reckoning.ts';
import { startRestartablePostgres } from '../../../support/restartable-postgres.ts';
import { sealedIn } from '../../../support/rescued-files.ts';
import { arrived, newScene, until, untilServed, type Scene } from '../../../support/scene.ts';
import { startTcpProxy, type TcpProxy, type Verdict } from '../../../support/tcp-proxy.ts';

/** Many times what it takes on an idle machine. */
const PROMPT_MS = 1_500;
/** Of the messages of a refresh, which ones the connection breaks at: all, or a few. */
const EVERY = effort({ smoke: 4, proofs: 1, long: 1 });
/** Silence for this long must not be needed: a statement's ten seconds, two to notice, and what storing takes. */
const NOTICED_MS = 20_000;

const postgres = await startRestartablePostgres();
after(() => postgres[Symbol.asyncDispose]());

interface Connected extends Scene {
  readonly proxy: TcpProxy;
}

/** One scene whose first service reaches its database through a proxy; `name` is the database's. */
async function newConnectedScene(name: string, instances = 1): Promise<Connected> {
  await using started = new AsyncDisposableStack();
  const directUrl = await postgres.createDatabase(name);
  const proxy = started.use(await startTcpProxy(postgres.port));
  const url = directUrl.replace(`:${postgres.port}/`, `:${proxy.port}/`);
  const scene = started.use(await newScene({ instances, postgres: { url, directUrl } }));
  tokenOf(await scene.ask(0, 'alice'));
  const parts = started.move();
  return { ...scene, proxy, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Lets everything pass but one message: the first for which `isIt`. */
function once(verdict: Verdict, isIt: (piece: string, since: string) => boolean): TcpProxy['judge'] {
  let isDone = false;
  return (piece, since) => {
    if (isDone || !isIt(piece, since)) return 'pass';
    isDone = true;
    return verdict;
  };
}

/** The commit of the transaction that says this. */
const commitOf = (words: string) => (piece: string, since: string) =>
  piece.includes('commit\0') && since.includes(words);
const CLAIMED = 'insert into exchanges';

describe('when the connection to Postgres', { concurrency: 8 }, () => {
  for (const verdict of ['cut_request', 'cut_reply'] as const) {
    const what = verdict === 'cut_request' ? 'breaks before' : 'breaks after the server got';
    it(`${what} any one message of a refresh, there is one refresh and one row`, async (context) => {
      await using scene = await newConnectedScene(`sweep_${verdict}`);
      const { proxy, sandbox } = scene;
      let [struck, rounds] = [0, 0];
      for (let nth = 1; nth <= struck + EVERY; nth += EVERY) {
        rounds += 1;
        await scene.expireAll();
        await sandbox.control('DELETE', '/journal');
        let seen = 0;
        let hit = '';
        proxy.judge = (piece) => {
          seen += 1;
          if (seen !== nth) return 'pass';
          hit = piece;
          return verdict;
        };
        const answer = tokenOf(await untilServed(() => scene.ask(0, 'alice'), 30_000));
        proxy.judge = () => 'pass';
        assert.equal((await sandbox.me(answer.access_token)).status, 200, `message ${nth}`);
        const { given, refused } = await reckon(scene);
        assert.deepEqual([given, refused], [1, 0], `message ${nth}: ${JSON.stringify(hit)}`);
        if (hit !== '') struck = nth;
      }
      context.diagnostic(`${struck} messages`);
      assert.ok(struck > 12 - EVERY, `${struck} messages`);
      const rows = await scene.rows(
        'select nonce from credentials group by nonce having count(*) > 1 union all ' +
          "select c.nonce from credentials c join exchanges e on e.grant_id = c.grant_id and e.id = c.exchange_id where e.outcome <> 'obtained'",
      );
      assert.deepEqual(rows, []);
      const [{ n }] = await scene.rows('select count(*) as n from credentials');
      assert.equal(Number(n), rounds + 1, 'one for each round, and the first');
    });
  }

  it('is silent while a refresh is under way, its tokens are put on the disk, and stored when the line is back', async () => {
    await using scene = await newConnectedScene('silent');
    const { sandbox, proxy } = scene;
    await sandbox.fault('refresh', { delay_ms: 500 }, 1);
    const asked = scene.ask(0, 'alice', { force_refresh: true });
    await arrived(sandbox, 'refresh', 1);
    const health = watchHealth(scene.services);
    proxy.stall();
    const since = performance.now();
    const folder = scene.env['EVERGRANT_RESCUE_DIR'] ?? '';
    const refused = scene.ask(0, 'alice');
    await until(() => sealedIn(folder) === 1, 'the answer is on the disk', NOTICED_MS);
    const answer = await refused;
    assert.equal(answer.status, 500, 'a caller is told, and not left waiting for ever');
    assert.ok(performance.now() - since < NOTICED_MS + 10_000);
    await asked;
    assert.ok((await health.stop()) < PROMPT_MS);
    proxy.heal();
    await until(() => sealedIn(folder) === 0, 'the answer is stored', 35_000);
    assert.equal(await sandbox.count('refresh'), 1);
    await assertNothingLost(scene, ['alice']);
  });

  it('is silent after the claim was written, nothing is sent on that claim', async () => {
    await using scene = await newConnectedScene('claimed');
    const { sandbox, proxy } = scene;
    proxy.judge = once('vanish', commitOf(CLAIMED));
    const answer = tokenOf(await untilServed(() => scene.ask(0, 'alice', { force_refresh: true }), 45_000));
    assert.equal((await sandbox.me(answer.access_token)).status, 200);
    const ends = await scene.rows('select outcome from exchanges order by id');
    assert.deepEqual(
      ends.map(({ outcome }) => outcome),
      ['obtained', null, 'obtained'],
      'the claim that nobody heard of ran out by itself',
    );
    assert.equal(await sandbox.count('refresh'), 1);
    await assertNothingLost(scene, ['alice']);
  });

  it('vanishes with a grant locked, other instances get at the grant all the same', async () => {
    await using scene = await newConnectedScene('locked', 2);
    const { sandbox, proxy } = scene;
    await scene.expireAll();
    proxy.judge = once('vanish', (piece) => piece.includes('for update'));
    const vanished = scene.ask(0, 'alice').catch((error: unknown) => error);
    await sleep(500);
    const answer = tokenOf(await untilServed(() => scene.ask(1, 'alice'), 40_000));
    assert.equal((await sandbox.me(answer.access_token)).status, 200);
    assert.ok(!((await vanished) instanceof Error), 'the other one has answered its caller too');
    assert.equal((await reckon(scene)).refused, 0);
    await assertNothingLost(scene, ['alice']);
  });

  it('takes half a second for every statement, a refresh is slow and whole', async () => {
    await using scene = await newConnectedScene('slow');
    scene.proxy.judge = () => 500;
    const health = watchHealth(scene.services);
    const answer = await untilServed(() => scene.ask(0, 'alice', { force_refresh: true }), 40_000);
    assert.equal(answer.status, 200, answer.text);
    assert.ok((await health.stop()) < PROMPT_MS);
    scene.proxy.judge = () => 'pass';
    const { refused } = await assertNothingLost(scene, ['alice']);
    assert.equal(refused, 0);
  });

  it('is slow beyond half a lease while claiming, nothing is sent until it is quicker', async () => {
    await using scene = await newConnectedScene('slower');
    const { sandbox, proxy } = scene;
    proxy.judge = (piece, since) => (commitOf(CLAIMED)(piece, since) ? 6_000 : 'pass');
    const asked = scene.ask(0, 'alice', { force_refresh: true });
    await sleep(3_000);
    proxy.judge = () => 'pass';
    await asked;
    const [, claim, ...later] = await scene.rows('select outcome from exchanges order by id');
    assert.equal(claim.outcome, 'not_sent');
    assert.equal(await sandbox.count('refresh'), later.length, 'what was sent was sent on a later claim');
    await sleep(1_000);
    await assertNothingLost(scene, ['alice']);
  });
});

describe('while Cal.com is slow for many users', () => {
  const users = effort({ smoke: 50, proofs: 200, long: 500 });
  it(`no transaction waits for it: ${users} refreshes, ten connections`, async (context) => {
    const url = await postgres.createDatabase('many');
    await using scene = await newScene({ postgres: { url } });
    const subjects = Array.from({ length: users }, (_, index) => `user-${index}`);
    await Promise.all(subjects.map(async (subject) => tokenOf(await scene.ask(0, subject))));
    await scene.expireAll();
    await scene.sandbox.control('PUT', '/settings', { latency_ms: 4_000 });
    const idle: number[] = [];
    const ending = new AbortController();
    const watch = (async () => {
      while (!ending.signal.aborted) {
        const rows = await scene.rows(
          "select extract(epoch from clock_timestamp() - state_change) * 1000 as ms from pg_stat_activity where datname = 'many' and state like 'idle in transaction%'",
        );
        idle.push(...rows.map(({ ms }) => Number(ms)));
        await sleep(20);
      }
    })();
    const asked = Promise.all(subjects.map((subject) => scene.ask(0, subject)));
    await sleep(1_500);
    const since = performance.now();
    assert.equal((await call(`${scene.services[0]?.url ?? ''}/readyz`, 'GET')).status, 200);
    const readyMs = performance.now() - since;
    const answers = await asked;
    ending.abort();
    await watch;
    const longest = Math.max(0, ...idle);
    context.diagnostic(
      JSON.stringify({ longestIdleInTransactionMs: Math.round(longest), readyMs: Math.round(readyMs) }),
    );
    for (const answer of answers) assert.equal(tokenOf(answer).refreshed, true);
    assert.equal(await scene.sandbox.count('refresh'), users);
    assert.ok(longest < 1_000, `a transaction was idle for ${longest} ms`);
    assert.ok(readyMs < PROMPT_MS, `/readyz took ${readyMs} ms`);
  });
});
