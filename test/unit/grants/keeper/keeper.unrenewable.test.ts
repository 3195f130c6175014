import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GrantEvent } from '../../../../src/grants/events.ts';
import { NO_OBSERVER } from '../../../../src/grants/observer.ts';
import { Secret } from '../../../../src/secret.ts';
import { obtained } from '../../../support/stores/one-grant.ts';
import { HOUR_MS } from '../../../support/grants/facts.ts';
import { openKeeper, type OpenKeeper } from '../../../support/grants/open-keeper.ts';
import { ScriptedProvider } from '../../../support/grants/scripted-provider.ts';
import { finishObtained } from '../../../support/stores/scheduled.ts';

/** A keeper whose provider can only refresh, and a subject whose token came without a refresh token. */
async function openUnrenewable(): Promise<OpenKeeper & { readonly told: GrantEvent[] }> {
  const provider = new ScriptedProvider({ recover: false, provision: false });
  const told: GrantEvent[] = [];
  const observer = { ...NO_OBSERVER, recorded: (event: GrantEvent) => told.push(event) };
  const at = await openKeeper({ provider, observer });
  await at.store.connect(provider.realm, 'alice');
  const { grantId } = (await at.store.view(provider.realm, 'alice'))!;
  const intent = { grantId, kind: 'link', presented: undefined, last: undefined, current: undefined } as const;
  const expiresAt = at.clock.now() + HOUR_MS;
  const exchange = (await at.store.openExchange(intent))!;
  await finishObtained(at.store, exchange, obtained('one', { expiresAt, refresh: false }));
  return { ...at, told };
}

const REPORT = { rejected: new Secret('one') };

describe('a token that nothing can renew', () => {
  it('is served while it lives, whatever more is wished for', async () => {
    await using at = await openUnrenewable();
    for (const wish of [{}, { force: true }, { minTtlMs: 9 * HOUR_MS }, { rejected: new Secret('another') }]) {
      const { accessToken, renewable, refreshed } = await at.ask(wish);
      assert.deepEqual([accessToken.reveal(), renewable, refreshed], ['one', false, false]);
    }
    assert.deepEqual(at.provider.asked, []);
    assert.deepEqual(at.told, []);
  });

  it('ends with its report, for callers of every instance, and is told once', async () => {
    await using at = await openUnrenewable();
    const other = await at.another();
    const wish = { provider: at.provider.name, subject: 'alice', ...REPORT };
    const calls = [at.ask(REPORT), other.token(wish), at.ask(REPORT), at.ask(REPORT)];
    await Promise.all(calls.map((call) => assert.rejects(call, { code: 'reconnect_required' })));
    await assert.rejects(at.ask(), { code: 'reconnect_required' });
    await assert.rejects(other.token({ provider: at.provider.name, subject: 'alice' }), {
      code: 'reconnect_required',
    });
    assert.deepEqual(at.provider.asked, []);
    const rows = at.place.rows("select reason from events where type = 'grant.reconnect_required'");
    assert.deepEqual(
      rows.map(({ reason }) => reason),
      ['refused'],
    );
  });

  it('ends with a report that comes while another caller wishes for a newer one', async () => {
    await using at = await openUnrenewable();
    const forced = at.ask({ force: true });
    const reported = at.ask(REPORT);
    await assert.rejects(reported, { code: 'reconnect_required' });
    await forced.catch(() => undefined);
    await assert.rejects(at.ask(), { code: 'reconnect_required' });
  });

  it('is asked about before a page that holds nothing else ends it', async () => {
    await using at = await openUnrenewable();
    const owner = { provider: at.provider.name, subject: 'alice' };
    at.provider.probeAnswer = 'unreachable';
    await assert.rejects(at.keeper.successor(owner, REPORT.rejected), { code: 'upstream_unavailable' });
    assert.equal(await at.token(), 'one');
    at.provider.probeAnswer = 'refused';
    await assert.rejects(at.keeper.successor(owner, REPORT.rejected), { code: 'reconnect_required' });
    await assert.rejects(at.ask(), { code: 'reconnect_required' });
  });
});

describe('a report of a token that can be renewed', () => {
  it('costs a refresh, and ends nothing by itself', async () => {
    await using at = await openKeeper();
    assert.equal(await at.token(), 'access-1');
    assert.equal(await at.token({ rejected: new Secret('access-1') }), 'access-2');
    const { renewable } = await at.ask();
    assert.equal(renewable, true);
    assert.deepEqual(at.place.rows("select type from events where type = 'grant.reconnect_required'"), []);
  });

  it('ends nothing where the provider can give another without a refresh token', async () => {
    const provider = new ScriptedProvider({ provision: false });
    await using at = await openKeeper({ provider });
    await at.store.connect(provider.realm, 'alice');
    const { grantId } = (await at.store.view(provider.realm, 'alice'))!;
    const intent = { grantId, kind: 'link', presented: undefined, last: undefined, current: undefined } as const;
    const answer = obtained('one', { expiresAt: at.clock.now() + HOUR_MS, refresh: false });
    await finishObtained(at.store, (await at.store.openExchange(intent))!, answer);
    assert.equal((await at.ask()).renewable, true);
    await at.ask(REPORT).catch(() => undefined);
    assert.equal((await at.store.view(provider.realm, 'alice'))?.current?.accessToken().reveal(), 'one');
  });
});
