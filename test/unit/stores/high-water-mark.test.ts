import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { obtained, REALM, REJECTED, SUBJECT } from '../../support/stores/one-grant.ts';
import { intentOf } from '../../support/stores/intent-of.ts';
import { sqlitePlace } from '../../support/stores/open-test-stores.ts';
import { finishObtained } from '../../support/stores/scheduled.ts';

describe('the high-water mark beside a database', () => {
  it('notices a backup that was restored, once, and whose token is refused then is told as reverted', async () => {
    await using place = await sqlitePlace();
    const mark = `${place.path}-mark`;
    const backup = `${place.path}.backup`;
    {
      await using stores = await place.openAll();
      const { grants } = stores;
      assert.equal(await stores.highWaterMark(mark).raise(), false);
      await grants.connect(REALM, SUBJECT);
      const provision = await grants.openExchange(await intentOf(grants, REALM, SUBJECT, 'provision'));
      await finishObtained(grants, provision!, obtained('one'));
      place.rows(`vacuum into '${backup}'`);
      const refresh = await grants.openExchange(await intentOf(grants, REALM, SUBJECT, 'refresh'));
      await finishObtained(grants, refresh!, obtained('two'));
      const later = stores.highWaterMark(mark);
      assert.equal(await later.keepUp(), false);
      later.outdate();
      assert.equal(await later.keepUp(), false);
    }
    await copyFile(backup, place.path);
    await using stores = await place.openAll();
    const { grants } = stores;
    assert.equal(await stores.highWaterMark(mark).raise(), true);
    assert.equal(await stores.highWaterMark(mark).raise(), false);
    const refused = await grants.openExchange(await intentOf(grants, REALM, SUBJECT, 'refresh'));
    const event = await grants.finishFailed(refused!, { ...REJECTED, recoveryPath: 'none' });
    assert.deepEqual([event?.type, event?.reason], ['grant.reconnect_required', 'reverted']);
  });

  it('of another database says nothing', async () => {
    await using place = await sqlitePlace();
    await using another = await sqlitePlace();
    await using stores = await place.openAll();
    await using others = await another.openAll();
    const mark = `${place.path}-mark`;
    for (let times = 0; times < 3; times++) assert.equal(await stores.highWaterMark(mark).raise(), false);
    assert.equal(await others.highWaterMark(mark).raise(), false);
    assert.equal(await stores.highWaterMark(mark).raise(), false);
  });
});
