import { after, describe, it } from 'node:test';
import { postgres } from '../../support/races/databases.ts';
import { manyExpiredGrants } from '../races/many-expired-grants.ts';
import { oneExpiredGrant } from '../../support/races/one-expired-grant.ts';
import { startFleet } from '../../support/races/start-fleet.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { effort } from '../../support/effort.ts';
import { skip, startPgBouncer, type PoolMode } from './start-pgbouncer.ts';

const RUNS = effort({ smoke: 1, proofs: 1, long: 10 });
const CALLERS = effort({ smoke: 100, proofs: 1_000, long: 5_000 });
const CALLERS_EACH = 10;
const USERS = CALLERS / CALLERS_EACH;
const SERVICES = 2;
const LATENCY_MS = 150;

const opened = new AsyncDisposableStack();
after(() => opened.disposeAsync());

const MODES = effort<readonly PoolMode[]>({
  smoke: ['transaction'],
  proofs: ['session', 'transaction'],
  long: ['session', 'transaction'],
});
for (const mode of MODES) {
  describe(`${SERVICES} services behind PgBouncer in ${mode} mode`, { skip }, () => {
    const kind = async () => {
      const server = opened.use(await startPostgres());
      const bouncer = opened.use(await startPgBouncer(await server.createDatabase(), mode));
      return postgres(server, `PgBouncer (${mode})`, (url) => bouncer.through(url));
    };

    it(`ask once for ${CALLERS} callers of one expired grant`, async (context) => {
      await using fleet = await startFleet(await kind(), SERVICES);
      await oneExpiredGrant(context, fleet, { callers: CALLERS, runs: RUNS, latencyMs: LATENCY_MS });
    });

    it(`ask ${USERS} times for ${CALLERS_EACH} callers of each of ${USERS} expired grants`, async (context) => {
      await using fleet = await startFleet(await kind(), SERVICES);
      const size = { users: USERS, callersEach: CALLERS_EACH, runs: RUNS };
      await manyExpiredGrants(context, fleet, { ...size, latencyMs: LATENCY_MS });
    });
  });
}
