import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { DEFAULT_BOUNDS } from '../../../../src/grants/exchange.ts';
import { Secret } from '../../../../src/secret.ts';
import { Leases } from '../../../../src/stores/grants/exchange-leases.ts';
import { migrate } from '../../../../src/stores/database/migrate.ts';
import { openPostgres } from '../../../../src/stores/database/postgres/postgres.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

const CROWD = 300;

/** The open exchange of the nth grant. */
function nth(n: number) {
  return { grantId: String(n), nonce: `n${n}` };
}

/** A database with so many grants, numbered from 1, each with an open exchange whose lease ends with the day of the epoch. */
async function openCrowd() {
  const url = await server.createDatabase();
  await migrate({ location: { kind: 'postgres', url: new Secret(url) } });
  const database = await openPostgres({ url: new Secret(url), unresolvedMs: DEFAULT_BOUNDS.upstreamMs });
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(
    `insert into grants (id, realm, failures, created_at) select n::text, 'some', 0, 0 from generate_series(1, ${CROWD}) n`,
  );
  await client.query(
    `insert into exchanges (grant_id, id, nonce, lineage, kind, holder, opened_at, lease_until)
      select n::text, 1, 'n' || n, '', 'provision', 'somebody', 0, 0 from generate_series(1, ${CROWD}) n order by n`,
  );
  return {
    database,
    client,
    renewed: async () => (await client.query('select 1 from exchanges where lease_until > 0')).rowCount,
    async [Symbol.asyncDispose]() {
      await client.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

describe('leases on Postgres', () => {
  it('are renewed together where many are', async () => {
    await using at = await openCrowd();
    let statements = 0;
    const lease: typeof at.database.lease = (ids, ms) => {
      statements += 1;
      return at.database.lease(ids, ms);
    };
    const leases = new Leases({ ...at.database, lease }, DEFAULT_BOUNDS.leaseMs);
    await Promise.all(Array.from({ length: CROWD }, (_, index) => leases.renew(nth(index + 1))));
    assert.equal(await at.renewed(), CROWD);
    assert.equal(statements, 1);
  });

  it('do not wait for the lock on one of them', async () => {
    await using at = await openCrowd();
    const leases = new Leases(at.database, DEFAULT_BOUNDS.leaseMs);
    await at.client.query('begin');
    await at.client.query("select 1 from exchanges where grant_id = '7' for update");
    const renewing = Promise.all(Array.from({ length: CROWD }, (_, index) => leases.renew(nth(index + 1))));
    assert.equal(
      await Promise.race([renewing.then(() => 'renewed'), sleep(5_000, 'waits', { ref: false })]),
      'renewed',
    );
    await at.client.query('rollback');
    assert.equal(await at.renewed(), CROWD - 1);
    await leases.renew(nth(7));
    assert.equal(await at.renewed(), CROWD);
  });

  it('go on after a renewal that failed', async () => {
    await using at = await openCrowd();
    let isDown = true;
    const lease: typeof at.database.lease = (ids, ms) =>
      isDown ? Promise.reject(new Error('down')) : at.database.lease(ids, ms);
    const leases = new Leases({ ...at.database, lease }, DEFAULT_BOUNDS.leaseMs);
    await Promise.all([assert.rejects(leases.renew(nth(1)), /down/), assert.rejects(leases.renew(nth(2)), /down/)]);
    isDown = false;
    await leases.renew(nth(3));
    assert.equal(await at.renewed(), 1);
  });
});
