import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { replayRescued } from '../../src/grants/rescue.ts';
import { SUBJECT } from '../stores/one-grant.ts';
import { settled } from '../stores/test-clock.ts';
import { openKeeper, type OpenKeeper } from './open-keeper.ts';

/** Makes the real database refuse new credentials until it is told otherwise. */
function refuseCredentials(path: string): { stop(): void } {
  const run = (sql: string) => {
    const database = new DatabaseSync(path, { timeout: 5_000 });
    database.exec(sql);
    database.close();
  };
  run("create trigger refusal before insert on credentials begin select raise(abort, 'no space left'); end");
  return {
    stop: () => {
      run('drop trigger refusal');
    },
  };
}

/** Lets real file work be done that the test's clock knows nothing of. */
async function until(condition: () => Promise<boolean>, at: OpenKeeper): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    if (await condition()) return;
    await at.clock.advance(10);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail('it never came to pass');
}

describe('an answer that the database refuses', () => {
  it('is kept sealed beside it, and stored and answered once the database takes it', async () => {
    await using at = await openKeeper();
    await at.expired();
    const refusal = refuseCredentials(at.place.path);
    const asked = at.token();
    await until(async () => (await at.rescue.kept()).length === 1, at);
    const folder = `${at.place.path}-rescue`;
    const [name = ''] = await readdir(folder);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
    const [waiting] = await at.rescue.kept();
    const secret = waiting!.answer.tokens.accessToken.reveal();
    assert.ok(!(await readFile(join(folder, name))).includes(secret));
    refusal.stop();
    await until(async () => (await at.rescue.kept()).length === 0, at);
    assert.equal(await asked, secret);
    assert.equal(at.provider.calls.length, 1);
  });

  it('is replayed at the next start where the process did not live to see it stored, and only once', async () => {
    await using at = await openKeeper();
    await at.expired();
    const refusal = refuseCredentials(at.place.path);
    void at.ask().catch(() => undefined);
    await until(async () => (await at.rescue.kept()).length === 1, at);
    const [waiting] = await at.rescue.kept();
    await assert.rejects(
      replayRescued(at.rescue, at.store, () => undefined),
      'the database still refuses',
    );
    assert.equal((await at.rescue.kept()).length, 1, 'and so it is still kept');
    refusal.stop();
    const store = await at.place.open();
    assert.equal(await replayRescued(at.rescue, store, () => undefined), 1);
    assert.equal(await replayRescued(at.rescue, store, () => undefined), 0);
    const view = await store.view(at.provider.realm, SUBJECT);
    assert.equal(view?.current?.accessToken().reveal(), waiting!.answer.tokens.accessToken.reveal());
    assert.equal(view.current.exchangeId, waiting!.exchange.exchangeId);
    // The one who tried all along finds it stored, and changes nothing.
    await until(() => Promise.resolve(at.clock.waiting === 0), at);
    await settled();
    assert.equal((await store.view(at.provider.realm, SUBJECT))?.current?.exchangeId, waiting!.exchange.exchangeId);
    assert.equal((await at.rescue.kept()).length, 0);
  });

  it('is passed over and reported where its file was tampered with, and stays for a person to look at', async () => {
    await using at = await openKeeper();
    await at.expired();
    const refusal = refuseCredentials(at.place.path);
    void at.ask().catch(() => undefined);
    await until(async () => (await at.rescue.kept()).length === 1, at);
    const folder = `${at.place.path}-rescue`;
    const [name = ''] = await readdir(folder);
    const sealed = await readFile(join(folder, name));
    sealed[sealed.length - 1]! ^= 1;
    await writeFile(join(folder, name), sealed);
    assert.deepEqual(await at.rescue.kept(), []);
    assert.match(at.troubles.at(-1) ?? '', /cannot be opened/);
    assert.deepEqual(await readdir(folder), [name]);
    refusal.stop();
  });
});
