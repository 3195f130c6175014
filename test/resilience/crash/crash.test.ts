import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { temporaryDirectory } from '../../support/stores/open-test-stores.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { effort } from '../../support/effort.ts';
import { deaths } from './deaths.ts';
import { dieAgainAndAgain } from './lane.ts';
import { postgresLedger, sqliteLedger } from './ledger.ts';
import { startUpstream } from './upstream.ts';

/** On each of the two databases. */
const KILLS = Number(process.env['EVERGRANT_KILLS'] ?? effort({ smoke: 20, proofs: 250, long: 1_000 }));

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

describe('processes that are killed one after another', { concurrency: 2 }, () => {
  for (const database of ['SQLite', 'Postgres'] as const) {
    it(`on ${database} lose nothing but what nobody could have kept`, async (context) => {
      await using folder = await temporaryDirectory();
      await using upstream = await startUpstream();
      const databasePath = join(folder.path, 'evergrant.db');
      const databaseUrl = database === 'SQLite' ? undefined : await server.createDatabase();
      await using ledger = databaseUrl === undefined ? sqliteLedger(databasePath) : postgresLedger(databaseUrl);
      const worker = {
        ...(databaseUrl === undefined ? { databasePath } : { databaseUrl }),
        rescueFolder: join(folder.path, 'rescue'),
        key: randomBytes(32).toString('base64'),
        urls: upstream.urls,
      };
      const toll = await dieAgainAndAgain({ upstream, ledger, worker }, deaths(KILLS));
      context.diagnostic(JSON.stringify(toll));
      assert.ok(toll.kills >= KILLS);
      assert.ok(toll.verdicts.lost > 0, 'deaths between answer and disk were among them');
    });
  }
});
