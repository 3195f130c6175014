import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEvergrant } from '../../support/start-command.ts';
import { startServiceProcess, startServiceProcesses } from '../../support/service/start-service-process.ts';
import { postgres } from '../../support/races/databases.ts';
import { startSandboxProcess } from '../../support/races/start-sandbox-process.ts';
import { newFolder } from '../../support/service/start-service.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { EFFORT, effort } from '../../support/effort.ts';
import { FORMER, formerVersion, NO_HISTORY } from './former-version.ts';
import { startPatientCallers } from './patient-callers.ts';

/** How many exchanges there are, each with its credential and its event. */
const EXCHANGES = Number(process.env['EVERGRANT_ROWS'] ?? effort({ smoke: 6_000, proofs: 6_000, long: 2_000_000 }));
const OF_EACH = 10;
/** In the gate other tests run at the same time. */
const MOST_MS = EFFORT === 'long' ? 2_000 : 10_000;
const SUBJECTS = Array.from({ length: 12 }, (_, index) => `user-${index}`);

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

/** A day ago: upkeep forgets what ended long ago. */
const BEGAN = Date.now() - 86_400_000;

/** A database of schema 4 as years of use leave it. */
const FILL = [
  `insert into grants (id, realm, integrated_at, created_at)
    select 'grant-' || n, 'elsewhere', n, n from generate_series(1, ${EXCHANGES / OF_EACH}) n`,
  `insert into connections (realm, subject, grant_id, created_at)
    select 'elsewhere', 'subject-' || n, 'grant-' || n, n from generate_series(1, ${EXCHANGES / OF_EACH}) n`,
  `insert into exchanges (grant_id, kind, holder, opened_at, lease_until, finished_at, outcome, outcome_at)
    select 'grant-' || (1 + n % ${EXCHANGES / OF_EACH}), 'refresh', 'somebody', ${BEGAN} + n, n, n, 'obtained', ${BEGAN} + n
    from generate_series(1, ${EXCHANGES}) n`,
  `insert into credentials (exchange_id, grant_id, opened_at, obtained_at, expires_at, token_type, access_token,
      access_token_hash, refresh_token, ended_at, end_reason, renew_at)
    select id, grant_id, opened_at, opened_at, opened_at, 'Bearer', decode(repeat('ab', 90), 'hex'),
      decode(md5(id::text), 'hex'), decode(repeat('cd', 90), 'hex'),
      case when opened_at <= ${BEGAN + EXCHANGES - EXCHANGES / OF_EACH} then opened_at end, 'exchanged', opened_at
    from exchanges where holder = 'somebody'`,
  `insert into events (type, at, realm, grant_id, subjects, exchange_id)
    select 'grant.refreshed', opened_at, 'elsewhere', grant_id, '["somebody"]', id from exchanges where holder = 'somebody'`,
  'analyze',
];

describe(`a Postgres of schema 4 with ${EXCHANGES.toLocaleString('en')} exchanges`, () => {
  it('migrates while instances answer, killed half way and resumed', async (context) => {
    const former = await formerVersion(FORMER.schema4);
    if (former === undefined) {
      context.skip(NO_HISTORY);
      return;
    }
    await using sandbox = await startSandboxProcess();
    await using database = await postgres(server).create();
    using folder = newFolder();
    const env = { ...database.environment(sandbox.url), EVERGRANT_CALLER_WAIT: '15' };
    const surroundings = { cwd: dirname(folder.databasePath), env };
    await using old = await startServiceProcesses(2, env, former.service);
    for (const statement of FILL) await database.run(statement);
    const lastOld = (await database.rows('select max(id) as id from exchanges'))[0].id;

    let urls = old.all.map(({ url }) => url);
    await using callers = startPatientCallers(() => urls, SUBJECTS);
    const beganAt = performance.now();
    {
      await using migrator = startEvergrant(['migrate', '--json'], surroundings);
      await until(async () => {
        const [row] = await database
          .rows(`select reached from migration_steps where migration = 5 and step = 'exchanges'`)
          .catch(() => []);
        return Number(row?.reached ?? 0) > EXCHANGES / 2;
      });
      await migrator.kill();
      context.diagnostic(`killed after ${seconds(beganAt)}: ${lastLine(migrator.stderr())}`);
    }
    await using migrator = startEvergrant(['migrate', '--json'], surroundings);
    await until(async () =>
      (await database.rows('select holder from migrators'))[0]?.holder.includes(`:${migrator.pid}.`),
    );
    const upgraded = [startServiceProcess(env), startServiceProcess(env)] as const;
    const ready = Promise.race(upgraded).then((service) => {
      context.diagnostic(`the first new instance serves after ${seconds(beganAt)}`);
      // A load balancer sends nobody to those that answer 503.
      urls = [service.url];
    });
    const ended = await migrator.ended;
    context.diagnostic(`migrated after ${seconds(beganAt)}`);
    for (const line of ended.stderr.split('\n').filter((_, index) => index % 10 === 0)) context.diagnostic(line);
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(JSON.parse(ended.stdout).applied.slice(0, 2), ['names', 'upkeep-by-realm']);
    await ready;
    const [one, two] = await Promise.all(upgraded);
    await using stack = new AsyncDisposableStack();
    for (const each of [one, two]) stack.use(each);
    urls = [one.url, two.url];
    for (const each of old.all) await each.kill();
    await sleep(2_000);
    const report = await callers.stop();
    context.diagnostic(JSON.stringify(report));
    assert.deepEqual(report.refused, {});
    assert.ok((report.slowest[0]?.ms ?? 0) <= MOST_MS, JSON.stringify(report.slowest));

    const [left] = await database.rows(`select
      (select count(*) from exchanges where id <= ${lastOld} and nonce <> 'before-' || id) as exchanges,
      (select count(*) from credentials c where not exists (select 1 from exchanges e
        where e.grant_id = c.grant_id and e.id = c.exchange_id and e.nonce = c.nonce)) as credentials,
      (select count(*) from credentials where ended_at is null and realm is null) as realms,
      (select count(*) from events where number = 0) as events,
      (select count(*) from pg_constraint where not convalidated) as constraints,
      (select count(*) from events where type like 'grant.reconnect%' or reason is not null) as losses`);
    assert.deepEqual(left, {
      exchanges: '0',
      credentials: '0',
      realms: '0',
      events: '0',
      constraints: '0',
      losses: '0',
    });
    const owners = await sandbox.liveTokens();
    for (const subject of SUBJECTS) {
      assert.ok(
        [...owners.values()].some((email) => email.startsWith(`${subject}+`)),
        `${subject} has a live token`,
      );
    }
  });
});

async function until(isSo: () => Promise<boolean | undefined>): Promise<void> {
  while (!(await isSo())) await sleep(20);
}

function seconds(since: number): string {
  return `${Math.round((performance.now() - since) / 1000)} s`;
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
