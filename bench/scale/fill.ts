import type { BenchDatabase } from '../parts/databases.ts';
import { openBenchStores } from './open-bench-stores.ts';
import { stepsOf } from './population.ts';
import { openRaw } from './raw-database.ts';
import { makeRealGrants } from './real-grants.ts';

/** Of how many subjects tokens are real unless said otherwise. Those of every third are due for renewal. */
export const REAL_SUBJECTS = 192;
const DUE_OF_REAL = 1 / 3;
const TABLES = ['grants', 'connections', 'exchanges', 'credentials', 'events', 'links'];

export function realSubject(index: number): string {
  return `real-${index}`;
}

/** How a database is to be filled. */
export interface Filling {
  readonly realm: string;
  readonly grants: number;
  readonly exchangesEach: number;
  readonly realSubjects?: number;
  readonly say: (what: string) => void;
}

/**
 * Makes the schema by the migrations, some grants by the stores, and very many by statements.
 *
 * @returns the size of the database in bytes
 */
export async function fill(
  database: BenchDatabase,
  { realm, grants, exchangesEach, realSubjects = REAL_SUBJECTS, say }: Filling,
): Promise<number> {
  await makeSample(database.url, realm, realSubjects);
  await using raw = await openRaw(database);
  const [sample] = await raw.query(
    'select access_token, refresh_token from credentials where ended_at is null limit 1',
  );
  const hasRefreshEvents = (await raw.query(`select 1 from events where type = 'grant.refreshed' limit 1`)).length > 0;
  // An index that grows with every row would take most of the time.
  const indexes = [];
  for (const table of TABLES) indexes.push(...(await raw.indexes(table)));
  for (const { name } of indexes) await raw.query(`drop index ${name}`);
  const steps = stepsOf(raw, {
    realm,
    grants,
    exchangesEach,
    accessToken: sample.access_token,
    refreshToken: sample.refresh_token,
    hasRefreshEvents,
  });
  for (const { what, statement } of steps) {
    say(what);
    await raw.query(statement);
  }
  for (const { name, sql } of indexes) {
    say(`index ${name}`);
    await raw.query(sql);
  }
  await raw.query(`update credentials set renew_at = ${Date.now() - 1000}, used_at = ${Date.now()}, expires_at = ${Date.now() + 600_000}
    where ended_at is null and grant_id in (select grant_id from connections where subject like 'real-%' limit ${Math.floor(realSubjects * DUE_OF_REAL)})`);
  await raw.settle();
  return await raw.size();
}

async function makeSample(url: string, realm: string, count: number): Promise<void> {
  await using opened = await openBenchStores(url);
  await makeRealGrants(
    opened.stores.grants,
    realm,
    Array.from({ length: count }, (_, index) => realSubject(index)),
  );
}
