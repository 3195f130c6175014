import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { toProblem, tokenOf } from '../../../support/service/answer.ts';
import type { ServiceProcess } from '../../../support/service/start-service-process.ts';
import { KINDS, MANAGED } from '../../kinds/kinds.ts';
import type { Grant } from '../../kinds/grant.ts';
import { startWorld } from '../../kinds/world.ts';
import { settled } from '../../kinds/verdicts.ts';
import { postgres, sqlite, type DatabaseKind } from '../../../support/races/databases.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';
import { effort, NOT_IN_SMOKE } from '../../../support/effort.ts';
import { backUp } from './backup.ts';

/** Of each kind. */
const USERS = Array.from({ length: effort({ smoke: 2, proofs: 6, long: 334 }) }, (_, index) => ({
  name: `user-${index}`,
}));
const AT_ONCE = 20;
const ROTATES = 'rotates-always';
const ROTATES_NOT = 'rotates-never';
const MET = KINDS.filter(({ name }) => [ROTATES, ROTATES_NOT, MANAGED].includes(name));

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

describe('a backup under grants that were all renewed since', () => {
  for (const database of [sqlite, postgres(server)]) {
    const skip = database !== sqlite && NOT_IN_SMOKE;
    it(`heals on ${database.name} what can be, and tells the rest once, truly`, { skip }, () => restored(database));
  }
});

async function restored(kind: DatabaseKind): Promise<void> {
  await using world = await startWorld(kind, MET, USERS);
  const backup = await backUp(world.database);
  const grants = world.players.flatMap((player) => USERS.map(({ name }) => world.grant(player, name)));
  for (let day = 0; day < 2; day += 1) {
    await each(grants, async (grant) => {
      tokenOf((await settled(grant, world.services.slice(day, day + 1), { force_refresh: true }))[0]!);
    });
  }
  await Promise.all(world.services.map((service) => service.kill()));
  // The mark beside the database is raised every few seconds, which nobody wants to wait for, and at each start.
  await (await world.startService()).kill();
  await backup.restore();

  const services = [await world.startService(), await world.startService()];
  assert.match(services[0]?.output() ?? '', /older than it was when this machine last wrote to it/);
  await each(grants, (grant) => assertTrue(grant, services));
  const [{ n }] = await world.database.rows('select count(*) as n from events where reason is not null');
  assert.equal(Number(n), 2 * USERS.length, 'nobody else is told of anything');
}

/** It is served, or told once and for what it is, whoever asks and however often. */
async function assertTrue(grant: Grant, services: readonly ServiceProcess[]): Promise<void> {
  const name = grant.player.kind.name;
  const answers = await settled(grant, services);
  if (name === ROTATES) {
    for (const answer of answers) toProblem(answer, 409, 'reconnect_required');
    for (const answer of await grant.askAll(services, 2)) toProblem(answer, 409, 'reconnect_required');
    assert.deepEqual(await grant.events(), ['grant.reconnect_required reverted']);
    return;
  }
  const { accessTokens } = await grant.truth();
  for (const answer of answers) assert.ok(accessTokens.includes(tokenOf(answer).access_token));
  assert.deepEqual(await grant.events(), name === MANAGED ? ['grant.recovered reverted'] : []);
}

/** A few at a time. */
async function each(grants: readonly Grant[], work: (grant: Grant) => Promise<void>): Promise<void> {
  for (let from = 0; from < grants.length; from += AT_ONCE) {
    await Promise.all(grants.slice(from, from + AT_ONCE).map(work));
  }
}
