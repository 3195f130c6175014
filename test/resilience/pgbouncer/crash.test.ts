import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { deaths } from '../crash/deaths.ts';
import { dieAgainAndAgain } from '../crash/lane.ts';
import { postgresLedger } from '../crash/ledger.ts';
import { startUpstream } from '../crash/upstream.ts';
import { temporaryDirectory } from '../../support/stores/open-test-stores.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { effort, NOT_IN_SMOKE } from '../../support/effort.ts';
import { skip, startPgBouncer } from './start-pgbouncer.ts';

/** In session mode a connection is what it is without PgBouncer, so that a few will do in the gate. */
const KILLS = {
  session: effort({ smoke: 0, proofs: 20, long: 1_000 }),
  transaction: effort({ smoke: 0, proofs: 200, long: 1_000 }),
};

const opened = new AsyncDisposableStack();
after(() => opened.disposeAsync());

describe(
  'processes that are killed one after another',
  { concurrency: 2, skip: skip === false ? NOT_IN_SMOKE : skip },
  () => {
    for (const mode of ['session', 'transaction'] as const) {
      it(`behind PgBouncer in ${mode} mode lose nothing but what nobody could have kept`, async (context) => {
        const server = opened.use(await startPostgres());
        const url = await server.createDatabase();
        const bouncer = opened.use(await startPgBouncer(url, mode));
        await using folder = await temporaryDirectory();
        await using upstream = await startUpstream();
        await using ledger = postgresLedger(url);
        const worker = {
          databaseUrl: bouncer.through(url),
          rescueFolder: join(folder.path, 'rescue'),
          key: randomBytes(32).toString('base64'),
          urls: upstream.urls,
        };
        const kills = Number(process.env['EVERGRANT_KILLS'] ?? KILLS[mode]);
        const toll = await dieAgainAndAgain({ upstream, ledger, worker }, deaths(kills));
        context.diagnostic(JSON.stringify(toll));
        assert.ok(toll.kills >= kills);
      });
    }
  },
);
