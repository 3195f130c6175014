import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Connections } from '../../../../src/grants/connections/connections.ts';
import { NO_OBSERVER } from '../../../../src/grants/observer.ts';
import { Providers } from '../../../../src/grants/providers.ts';
import { Secret } from '../../../../src/secret.ts';
import { HOUR_MS } from '../../../support/grants/facts.ts';
import { ScriptedProvider } from '../../../support/grants/scripted-provider.ts';
import { scheduledImport } from '../../../support/stores/scheduled.ts';
import { sqliteSqlPlace } from '../../../support/stores/sql-place.ts';

/** How alice's connection does at each of these times, in milliseconds after an import of a token that lives an hour. */
async function healths(refresh: boolean, times: readonly number[]): Promise<string[]> {
  await using place = await sqliteSqlPlace();
  const stores = await place.openAll();
  const provider = new ScriptedProvider({ recover: false, provision: false });
  const connections = new Connections({
    store: stores.connections,
    grants: stores.grants,
    providers: new Providers([provider]),
    clock: place.clock,
    observer: NO_OBSERVER,
  });
  const start = place.clock.now();
  const grant = scheduledImport({
    realm: provider.realm,
    subject: 'alice',
    accountId: 'account',
    access: { token: new Secret('access'), expiresAt: start + HOUR_MS },
    refresh: refresh ? { token: new Secret('refresh'), expiresAt: undefined } : undefined,
    tokenType: 'Bearer',
    needsRefreshToken: true,
  });
  assert.deepEqual(await stores.imports.add([grant]), ['imported']);
  const seen: string[] = [];
  for (const at of times) {
    await place.clock.advance(start + at - place.clock.now());
    const { health, renewable } = (await connections.find({ subject: 'alice', connection: undefined }, provider.name))!;
    assert.equal(renewable, refresh);
    seen.push(health);
  }
  return seen;
}

const TIMES = [0, HOUR_MS - 30_000, HOUR_MS - 1, HOUR_MS];

describe('the health of a connection', () => {
  it('is that of its token where nothing can renew it, to the last moment', async () => {
    assert.deepEqual(await healths(false, TIMES), ['active', 'active', 'active', 'reconnect_required']);
  });

  it('does not depend on its token where that can be renewed', async () => {
    assert.deepEqual(await healths(true, TIMES), ['active', 'active', 'active', 'active']);
  });
});
