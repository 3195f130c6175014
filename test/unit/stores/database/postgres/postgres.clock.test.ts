import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Failure } from '../../../../../src/grants/storage/grant-store.ts';
import { HOUR_MS, obtained, oneGrant } from '../../../../support/stores/one-grant.ts';
import { postgresPlace } from '../../../../support/stores/postgres-place.ts';
import { startPostgres } from '../../../../support/stores/start-postgres.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

const REJECTED: Failure = { answer: { kind: 'rejected', detail: 'dead' }, recoveryPath: 'none' };

describe('a Postgres whose clock is ahead of ours', () => {
  it('is no reason to tell that a grant has lost a token that lives by our clock', async () => {
    const place = await postgresPlace(server);
    await using grant = await oneGrant(() => Promise.resolve(place));
    const first = await grant.obtain('one');
    const expiresAt = grant.clock.now() + HOUR_MS / 2;
    const second = await grant.open('recover');
    await finishObtained(grant.store, second, obtained('two', { expiresAt, refresh: false }));
    const late = await grant.open('refresh', first);
    await place.query(`update test_clock set now = now + ${HOUR_MS}`);
    assert.equal(await grant.store.finishFailed(late, REJECTED), undefined);
    assert.equal(await grant.store.noteReconnectRequired(grant.grantId, 'none'), undefined);
    await grant.clock.advance(HOUR_MS);
    const event = await grant.store.noteReconnectRequired(grant.grantId, 'none');
    assert.equal(event?.type, 'grant.reconnect_required');
  });
});
