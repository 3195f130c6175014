import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { jwt } from '../../support/service/credentials.ts';
import { openHerd, waits, type Caller, type Herd } from '../../support/races/herd.ts';
import { allServed, theOneToken } from '../../support/races/one-expired-grant.ts';
import { EFFORT, effort } from '../../support/effort.ts';
import { Grant } from './grant.ts';
import type { Player } from './player.ts';
import { assertGood } from './verdicts.ts';
import type { Subject, World } from './world.ts';

const IS_LONG = EFFORT === 'long';
const RUNS = Number(process.env['EVERGRANT_RUNS'] ?? effort({ smoke: 1, proofs: 1, long: 20 }));
const CALLERS = effort({ smoke: 40, proofs: 200, long: 10_000 });
const CALLERS_EACH = 10;
const CROWD = effort({ smoke: 6, proofs: 20, long: 1_000 });
/** What an answer of the provider takes, in milliseconds, so that all come before it. */
const LATENCY_MS = 150;

/** How many are asked for at once before the race. */
const NEW_AT_ONCE = 50;

const ALONE = 'raced-for';
const MANY = Array.from({ length: CROWD }, (_, index) => `raced-for-${index}`);

/** Whose grants are raced for. */
export const RACERS: readonly Subject[] = [ALONE, ...MANY].map((name) => ({ name }));

/** What a race is called. */
export const TITLES = {
  one: `${CALLERS} callers of one expired grant cost one refresh, ${RUNS} times`,
  many: `${CALLERS_EACH} callers of each of ${CROWD} expired grants cost ${CROWD} refreshes`,
};

/** Everybody asks at both services for one subject's expired token. */
export async function oneGrant(context: TestContext, world: World, player: Player): Promise<void> {
  const its = world.grant(player, ALONE);
  const urls = world.services.map(({ url }) => url);
  await using herd = openHerd(urls, CALLERS);
  const all = Array.from({ length: CALLERS }, (_, index) => callerOf(player, ALONE, index % urls.length));
  await makeConnections(world, herd, all, 1);
  await player.slowDown(LATENCY_MS);
  for (let run = 1; run <= RUNS; run += 1) {
    if (run > 1) await world.database.expireAll();
    const before = await player.asked();
    const answers = await herd.ask(all);
    if (IS_LONG) context.diagnostic(`${player.kind.name}, run ${run}: ${waits(answers)}`);
    const token = theOneToken(answers);
    assert.equal((await player.asked()) - before, 1);
    assert.ok((await its.truth()).accessTokens.includes(token), 'it is live');
  }
  await player.slowDown(0);
  assert.deepEqual(new Set(await its.exchanges()), new Set(['refresh obtained']));
  await assertGood(its, world.services);
}

/** Very many subjects' expired tokens are asked for at once, each at both services. */
export async function manyGrants(context: TestContext, world: World, player: Player): Promise<void> {
  const urls = world.services.map(({ url }) => url);
  await using herd = openHerd(urls, CROWD * CALLERS_EACH);
  const all = Array.from({ length: CALLERS_EACH }, (_, round) =>
    MANY.map((subject, index) => callerOf(player, subject, (index + round) % urls.length)),
  ).flat();
  await makeConnections(world, herd, all, CROWD);
  await player.slowDown(LATENCY_MS);
  const before = await player.asked();
  const answers = await herd.ask(all);
  if (IS_LONG) context.diagnostic(`${player.kind.name}: ${waits(answers)}`);
  allServed(answers);
  const asked = (await player.asked()) - before;
  assert.equal(asked, CROWD, `${asked} calls: ${JSON.stringify(await outcomes(world, player))}`);
  await player.slowDown(0);
  const truths = await player.truths();
  for (const [index, subject] of MANY.entries()) {
    const own = new Set(answers.filter((_, place) => place % CROWD === index).map(({ json }) => json.access_token));
    assert.equal(own.size, 1, `${subject} got ${own.size} tokens`);
    const { accessTokens = [] } = truths.get(world.grant(player, subject).account.id) ?? {};
    for (const token of own) assert.ok(accessTokens.includes(token), `${subject} got a dead token, or another's`);
  }
}

/** Of very many callers nobody shall come after the others for want of a connection: they have asked for live tokens before. */
async function makeConnections(
  { database }: World,
  herd: Herd,
  all: readonly Caller[],
  subjects: number,
): Promise<void> {
  if (!IS_LONG) return;
  for (let first = 0; first < subjects; first += NEW_AT_ONCE) {
    allServed(await herd.ask(all.slice(first, Math.min(subjects, first + NEW_AT_ONCE))));
  }
  allServed(await herd.ask(all));
  await database.expireAll();
}

/** What came of the exchanges of the crowd, for whoever must find out why there were more than one each. */
function outcomes({ database }: World, { kind }: Player): Promise<any[]> {
  return database.rows(`select e.outcome, e.detail, count(*) as n, max(e.outcome_at - e.opened_at) as longest_ms
    from exchanges e join connections c on c.grant_id = e.grant_id
    where c.subject like 'raced-for-%' and c.realm like '${kind.name} %' and e.kind <> 'import'
    group by e.outcome, e.detail`);
}

function callerOf(player: Player, subject: string, service: number): Caller {
  return { bearer: jwt(subject), service, path: Grant.path(player.kind.name) };
}
