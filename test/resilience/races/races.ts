import { describe, it } from 'node:test';
import { EFFORT, effort } from '../../support/effort.ts';
import type { DatabaseKind } from '../../support/races/databases.ts';
import { limitedProvider } from './limited-provider.ts';
import { manyExpiredGrants } from './many-expired-grants.ts';
import { oneExpiredGrant } from '../../support/races/one-expired-grant.ts';
import { slowProvider } from './slow-provider.ts';
import { startFleet } from '../../support/races/start-fleet.ts';

const PROCESSES = effort({ smoke: [2], proofs: [1, 4], long: [1, 4] });
const RUNS = Number(process.env['EVERGRANT_RUNS'] ?? effort({ smoke: 1, proofs: 1, long: 20 }));
const CALLERS = effort({ smoke: 100, proofs: 1_000, long: 10_000 });
const CALLERS_EACH = 10;
const USERS = CALLERS / CALLERS_EACH;
/** What an answer takes of a provider that is well, and of one that is slower than a lease is long. */
const LATENCY_MS = 150;
/** Users whose tokens have expired, and how many a minute the provider renews. */
const LIMITED = effort({
  smoke: { users: 200, limit: 80 },
  proofs: { users: 200, limit: 80 },
  long: { users: 1_500, limit: 600 },
});
const SLOW_MS = effort({ smoke: [12_000], proofs: [12_000], long: [12_000, 60_000] });

/** All races on one kind of database. */
export function describeRaces(kind: DatabaseKind): void {
  for (const count of PROCESSES) {
    describe(`${count} of the services on ${kind.name}`, () => {
      it(`ask once for ${CALLERS} callers of one expired grant`, async (context) => {
        await using fleet = await startFleet(kind, count);
        await oneExpiredGrant(context, fleet, { callers: CALLERS, runs: RUNS, latencyMs: LATENCY_MS });
      });

      it(`ask ${USERS} times for ${CALLERS_EACH} callers of each of ${USERS} expired grants`, async (context) => {
        await using fleet = await startFleet(kind, count);
        const size = { users: USERS, callersEach: CALLERS_EACH, runs: RUNS };
        await manyExpiredGrants(context, fleet, { ...size, latencyMs: LATENCY_MS });
      });
    });
  }

  describe(`a provider with a limit, with services on ${kind.name}`, () => {
    it(`refuses hardly more than once where ${LIMITED.users} ask two of them for ${LIMITED.limit} a minute`, async (context) => {
      await using fleet = await startFleet(kind, 2);
      await limitedProvider(context, fleet, { ...LIMITED, isPatient: EFFORT === 'long' });
    });
  });

  // Nothing but waiting, so all at once.
  describe(`a provider on which reuse costs the grant, with services on ${kind.name}`, { concurrency: true }, () => {
    for (const count of PROCESSES) {
      for (const latencyMs of SLOW_MS) {
        it(`is asked once by ${count} of them when it takes ${latencyMs / 1000} s`, async (context) => {
          await using fleet = await startFleet(kind, count);
          await slowProvider(context, fleet, latencyMs);
        });
      }
    }
  });
}
