import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Stores } from '../../../../src/stores/index.ts';
import { refusal } from '../../../support/grants/scripted-provider.ts';
import { obtained, oneGrant, REALM, SUBJECT } from '../../../support/stores/one-grant.ts';
import { sqlitePlace, type SqlitePlace } from '../../../support/stores/open-test-stores.ts';
import { finishObtained } from '../../../support/stores/scheduled.ts';

const DAY_MS = 86_400_000;
const RETENTION = { factsMs: 30 * DAY_MS, tokensMs: DAY_MS, lostMs: 180 * DAY_MS, irreparable: [REALM] };

/** A grant whose last answer nobody could read. */
async function openScene() {
  const place = await sqlitePlace();
  const at = await oneGrant(() => Promise.resolve(place));
  const first = await at.obtain('first', 'provision');
  const exchange = await at.open('refresh', first);
  await at.store.finishFailed(exchange, { answer: answer(), recoveryPath: 'none' });
  return { ...at, exchange, stores: await place.openAll(), count: () => count(place) };
}

function answer() {
  const given = refusal('unreadable');
  assert.equal(given.kind, 'unreadable');
  return given;
}

function count(place: SqlitePlace): number {
  return place.rows('select nonce from unread_answers').length;
}

async function forget({ upkeep }: Stores): Promise<void> {
  await upkeep.forget(RETENTION, 100);
}

describe('an unread answer', () => {
  it('that holds up its grant is kept for as long as history, and then lets it go on', async () => {
    await using at = await openScene();
    await at.clock.advance(29 * DAY_MS);
    await forget(at.stores);
    assert.equal(at.count(), 1);
    await at.clock.advance(2 * DAY_MS);
    await forget(at.stores);
    assert.equal(at.count(), 0);
    const found = await at.store.viewWithStatus(REALM, SUBJECT);
    assert.equal(found?.isUnread, false);
    assert.equal(found.view.current?.refreshToken()?.reveal(), 'refresh-first', 'the last resort');
  });

  it('after which another credential came is forgotten as tokens are', async () => {
    await using at = await openScene();
    const { view, claims } = (await at.store.viewWithStatus(REALM, SUBJECT))!;
    const intent = { grantId: at.grantId, kind: 'recover' as const, presented: undefined, last: claims.last };
    const exchange = await at.store.openExchange({ ...intent, current: view.current, isUnread: true });
    await finishObtained(at.store, exchange!, obtained('second'));
    await at.clock.advance(DAY_MS - 1_000);
    await forget(at.stores);
    assert.equal(at.count(), 1);
    await at.clock.advance(2_000);
    await forget(at.stores);
    assert.equal(at.count(), 0);
  });

  it('goes with its grant', async () => {
    await using at = await openScene();
    await at.stores.connections.disconnect(REALM, SUBJECT);
    await at.stores.connections.erase(at.exchange);
    assert.equal(at.count(), 0);
  });
});
