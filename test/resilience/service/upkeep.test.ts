import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import type { Sandbox } from '../../support/service/start-sandbox.ts';
import { startService } from '../../support/service/start-service.ts';

const LIFE_SECONDS = 24;
const LIFE_MS = LIFE_SECONDS * 1000;
/** Longer than a round of upkeep takes; milliseconds. */
const SLACK_MS = 3_000;
const SETTINGS = { access_ttl_seconds: LIFE_SECONDS, floor_expiry: false };

/** Waits until Cal.com has been asked for so many refreshes; gives how many those are by then or by the deadline. */
async function refreshes(sandbox: Sandbox, count: number, deadline: number): Promise<number> {
  for (;;) {
    const found = await sandbox.count('refresh');
    if (found >= count || Date.now() >= deadline) return found;
    await sleep(100);
  }
}

describe('upkeep', { concurrency: true }, () => {
  it('renews a token that somebody used before it ends, and no token that nobody did', async () => {
    await using service = await startService({ settings: SETTINGS });
    const { sandbox } = service;
    const first = tokenOf(await service.token(jwt('alice'))).access_token;
    const firstEnd = Date.now() + LIFE_MS;
    assert.equal(await refreshes(sandbox, 1, firstEnd), 1);
    assert.ok(Date.now() < firstEnd, 'the first token still lives');
    const secondEnd = Date.now() + LIFE_MS;
    assert.equal(await sandbox.fateOf(first), 'live', 'whoever holds it may use it to its end');
    await sleep(secondEnd + SLACK_MS - Date.now());
    assert.equal(await sandbox.count('refresh'), 1, 'nobody has used the second one');
    const third = tokenOf(await service.token(jwt('alice')));
    assert.equal(third.refreshed, true);
    assert.equal((await sandbox.me(third.access_token)).status, 200);
    assert.equal(await sandbox.count('refresh'), 2);
    assert.equal(await sandbox.count('force-refresh'), 0);
  });

  it('spares callers the wait: who asks after it gets the new token at once', async () => {
    await using service = await startService({ settings: SETTINGS });
    const { sandbox } = service;
    const first = tokenOf(await service.token(jwt('alice'))).access_token;
    assert.equal(await refreshes(sandbox, 1, Date.now() + LIFE_MS), 1);
    while (service.rows('select 1 from credentials').length < 2) await sleep(50);
    await sandbox.fault('*', { status: 500 });
    const second = tokenOf(await service.token(jwt('alice')));
    assert.equal(second.refreshed, false);
    assert.notEqual(second.access_token, first);
    await sandbox.clearFaults();
    assert.equal((await sandbox.me(second.access_token)).status, 200);
    assert.deepEqual(
      service.rows('select type from events order by id').map(({ type }) => type),
      ['grant.created'],
    );
  });

  it('exchanges a refresh token that nobody uses before it lapses, and tells once of one that did', async () => {
    await using service = await startService();
    for (const subject of ['alice', 'bob']) tokenOf(await service.token(jwt(subject)));
    using database = new DatabaseSync(service.databasePath, { timeout: 10_000 });
    const ends = database.prepare(
      'update credentials set lapse_at = ?, refresh_expires_at = ? where grant_id = (select grant_id from connections where subject = ?)',
    );
    const now = Date.now();
    ends.run(now - 60_000, now + 60_000, 'alice');
    ends.run(now - 60_000, now - 1, 'bob');
    assert.equal(await refreshes(service.sandbox, 1, now + 10_000), 1);
    const events = () => service.rows("select subjects, exchange_id from events where type = 'grant.lapsed'");
    while (events().length === 0 && Date.now() < now + 60_000) await sleep(250);
    assert.deepEqual(
      events().map((row) => ({ ...row })),
      [{ subjects: '["bob"]', exchange_id: 1 }],
    );
    const warnings = service.logs.map((line) => JSON.parse(line)).filter(({ type }) => type === 'grant.lapsed');
    assert.deepEqual(
      warnings.map(({ level }) => level),
      [40],
    );
    assert.equal(await service.sandbox.count('refresh'), 1, 'what has lapsed is left to whoever asks for it');
  });

  it('renews nothing where it may spend nothing', async () => {
    await using service = await startService({ settings: SETTINGS, env: { EVERGRANT_UPKEEP_SHARE: '0' } });
    tokenOf(await service.token(jwt('alice')));
    await sleep(LIFE_MS + SLACK_MS);
    assert.equal(await service.sandbox.count('refresh'), 0);
    assert.ok(service.rows('select used_at from credentials')[0].used_at > 0, 'though it was seen to be in use');
  });
});
