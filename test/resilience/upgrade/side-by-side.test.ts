import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { startEvergrant } from '../../support/start-command.ts';
import { jwt } from '../../support/service/credentials.ts';
import { startServiceProcesses } from '../../support/service/start-service-process.ts';
import { newFolder } from '../../support/service/start-service.ts';
import { postgres, sqlite, type DatabaseKind } from '../../support/races/databases.ts';
import { openHerd, type Served } from '../../support/races/herd.ts';
import { ASKED_NOTHING, startSandboxProcess } from '../../support/races/start-sandbox-process.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { effort } from '../../support/effort.ts';
import { FORMER, formerVersion, NO_HISTORY, type FormerVersion } from './former-version.ts';
import { startPatientCallers } from './patient-callers.ts';

const STORMS = effort({ smoke: 1, proofs: 1, long: 20 });
const USERS = effort({ smoke: 6, proofs: 12, long: 100 });
const CALLERS_EACH = 4;
const LISTENING = /listens on (\S+)/;
/** Others than those whose refreshes are counted, who ask all the time. */
const NEIGHBOURS = Array.from({ length: 6 }, (_, index) => `neighbour-${index}`);

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

for (const kind of [sqlite, postgres(server)]) {
  describe(`the version of before and this one on one ${kind.name}`, () => {
    it('answer side by side, forward and back, and never refresh twice', async (context) => {
      const former = await formerVersion(FORMER.schema8);
      if (former === undefined) context.skip(NO_HISTORY);
      else await sideBySide(context, kind, former);
    });
  });
}

async function sideBySide(context: TestContext, kind: DatabaseKind, former: FormerVersion): Promise<void> {
  await using sandbox = await startSandboxProcess();
  await using database = await kind.create();
  const env = { ...database.environment(sandbox.url), EVERGRANT_DRAIN: '1' };
  await sandbox.set({ on_reuse: 'revoke_family' });
  await using old = await startServiceProcesses(2, env, former.service);
  const users = Array.from({ length: USERS }, (_, index) => `user-${index}`);
  const storm = async (urls: readonly string[], what: string) => {
    await database.expireAll();
    await sandbox.expireAll();
    await sandbox.forgetCalls();
    await using herd = openHerd(urls, USERS * CALLERS_EACH);
    const callers = users.flatMap((user, index) =>
      Array.from({ length: CALLERS_EACH }, (_, at) => ({ bearer: jwt(user), service: (index + at) % urls.length })),
    );
    for (const answer of await herd.ask(callers)) assertPatient(answer, what);
    return await sandbox.asked();
  };
  /** Every user's token has ended, and perhaps some neighbours have asked as well. */
  const renewing = async (urls: readonly string[], what: string) => {
    const { refresh, ...others } = await storm(urls, what);
    assert.deepEqual({ refresh: 0, ...others }, ASKED_NOTHING, what);
    assert.ok(refresh >= USERS && refresh <= USERS + NEIGHBOURS.length, `${what}: ${refresh} for ${USERS} users`);
  };
  await storm(
    old.all.map(({ url }) => url),
    'creating',
  );

  let urls = old.all.map(({ url }) => url);
  await Promise.all(
    NEIGHBOURS.map((neighbour, at) => startPatientCallers(() => urls.slice(at % 2), [neighbour], 0).stop()),
  );
  await using neighbours = startPatientCallers(() => urls, NEIGHBOURS, 0);
  // The new one starts, and migrates, while the old ones answer.
  using folder = newFolder();
  await using upgraded = startEvergrant(['serve'], { cwd: dirname(folder.databasePath), env });
  const listening = upgraded.printed(LISTENING);
  listening.catch(() => undefined);
  do await renewing(urls, 'while it starts');
  while (!LISTENING.test(upgraded.stdout()));
  await listening;
  urls = [...urls, LISTENING.exec(upgraded.stdout())?.[1] ?? ''];
  for (let round = 0; round < STORMS; round += 1) await renewing(urls, 'side by side');
  // Back: the new one goes.
  urls = urls.slice(0, 2);
  upgraded.signal('SIGTERM');
  for (let round = 0; round < STORMS; round += 1) await renewing(urls, 'back');
  const { code, stderr } = await upgraded.ended;
  assert.equal(code, 0, stderr);
  const report = await neighbours.stop();
  context.diagnostic(JSON.stringify(report));
  assert.deepEqual(report.refused, {});

  // Alone, so that it is exact.
  assert.deepEqual(await storm(urls, 'at last'), { ...ASKED_NOTHING, refresh: USERS });
  const reasons = await database.rows(`select type, reason from events where type = 'grant.reconnect_required'`);
  assert.deepEqual(reasons, []);
}

function assertPatient({ status, json, retryAfterMs }: Served, what: string): void {
  if (status >= 500 && retryAfterMs === undefined) assert.fail(`${what}: ${status} ${JSON.stringify(json)}`);
  if (status !== 200) assert.ok(retryAfterMs !== undefined, `${what}: ${status} ${JSON.stringify(json)}`);
}
