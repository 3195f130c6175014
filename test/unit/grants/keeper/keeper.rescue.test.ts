import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { OpenExchange } from '../../../../src/grants/exchange.ts';
import { replayRescued, type Rescued } from '../../../../src/grants/keeper/rescue.ts';
import { RescueFolder } from '../../../../src/stores/vault/rescue-folder.ts';
import { Vault } from '../../../../src/stores/vault/vault.ts';
import { obtained, SUBJECT } from '../../../support/stores/one-grant.ts';
import { ringKey } from '../../../support/stores/ring-key.ts';
import { settled } from '../../../support/stores/test-clock.ts';
import { HOUR_MS } from '../../../support/grants/facts.ts';
import { intentOf } from '../../../support/stores/intent-of.ts';
import { openKeeper, type OpenKeeper } from '../../../support/grants/open-keeper.ts';

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

/** Takes the real database back to before any grant was made. */
function forgetGrants(path: string): void {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  for (const table of ['credentials', 'exchanges', 'events', 'connections', 'grants']) {
    database.exec(`delete from ${table}`);
  }
  database.close();
}

/** Takes the real database away while the provider answers, and gives it back when it is told to. */
function missWhileAnswering(at: OpenKeeper): { stop(): void } {
  const { script } = at.provider;
  at.provider.script = (call) => {
    at.provider.script = script;
    renameSync(at.place.path, `${at.place.path}.away`);
    return script(call);
  };
  return {
    stop: () => {
      renameSync(`${at.place.path}.away`, at.place.path);
    },
  };
}

/** An answer of a process that is gone, in the rescue folder, and its exchange open in the database. */
async function leftBehind({ store, provider, rescue }: OpenKeeper): Promise<OpenExchange> {
  const exchange = await store.openExchange(await intentOf(store, provider.realm, SUBJECT, 'refresh'));
  await rescue.keep(exchange!, obtained('rescued'));
  return exchange!;
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
    const secret = accessTokenOf(waiting!);
    assert.ok(!(await readFile(join(folder, name))).includes(secret));
    refusal.stop();
    await until(async () => (await at.rescue.kept()).length === 0, at);
    assert.equal(await asked, secret);
    assert.equal(at.provider.calls.length, 1);
  });

  it('is replayed at the next start where the process did not live to see it stored, and only once', async () => {
    await using at = await openKeeper();
    await at.expired();
    const refusal = missWhileAnswering(at);
    void at.ask().catch(() => undefined);
    await until(async () => (await at.rescue.kept()).length === 1, at);
    const [waiting] = await at.rescue.kept();
    await assert.rejects(replayRescued(at.replay), 'the database still refuses');
    assert.equal((await at.rescue.kept()).length, 1, 'and so it is still kept');
    refusal.stop();
    const store = await at.place.open();
    assert.equal(await replayRescued({ ...at.replay, store }), 1);
    assert.equal(await replayRescued({ ...at.replay, store }), 0);
    const view = await store.view(at.provider.realm, SUBJECT);
    assert.equal(view?.current?.accessToken().reveal(), accessTokenOf(waiting!));
    assert.equal(view.current.exchangeId, waiting!.exchange.exchangeId);
    // The one who tried all along finds it stored, and changes nothing.
    await until(() => Promise.resolve(at.clock.waiting === 0), at);
    await settled();
    assert.equal((await store.view(at.provider.realm, SUBJECT))?.current?.exchangeId, waiting!.exchange.exchangeId);
    assert.equal((await at.rescue.kept()).length, 0);
  });

  it('is set aside where the database is there and does not take it, and its grant goes on without', async () => {
    await using at = await openKeeper();
    await at.expired();
    const exchange = await leftBehind(at);
    const refusal = refuseCredentials(at.place.path);
    assert.equal(await replayRescued(at.replay, exchange.grantId), 0);
    assert.deepEqual(await at.rescue.count(), { waiting: 0, setAside: 1 });
    assert.match(at.troubles.at(-1) ?? '', /is not taken by the database.*next start/);
    refusal.stop();
    await at.clock.advance(HOUR_MS);
    assert.equal(await at.token(), 'access-2', 'the grant is renewed');
    assert.deepEqual(await at.rescue.count(), { waiting: 0, setAside: 1 });
    await at.rescue.putBack();
    assert.deepEqual(await at.rescue.count(), { waiting: 1, setAside: 0 }, 'the next start tries it again');
    assert.equal(await replayRescued(at.replay), 1);
    assert.deepEqual(await readdir(`${at.place.path}-rescue`), []);
  });

  it('is set aside at once where the database has forgotten the grant, and its subject gets a new one', async () => {
    await using at = await openKeeper();
    await at.expired();
    const { script } = at.provider;
    at.provider.script = (call) => {
      at.provider.script = script;
      forgetGrants(at.place.path);
      return script(call);
    };
    const token = await at.token();
    assert.deepEqual(
      at.provider.calls.map(({ kind }) => kind),
      ['refresh', 'provision'],
    );
    assert.deepEqual(await at.rescue.count(), { waiting: 0, setAside: 1 });
    assert.match(at.troubles.at(-1) ?? '', /is not taken by the database.*tokens/);
    const view = await at.store.view(at.provider.realm, SUBJECT);
    assert.equal(view?.current?.accessToken().reveal(), token);
  });

  it('that was set aside is dropped once it is stored after all', async () => {
    await using at = await openKeeper();
    await at.expired();
    const refusal = refuseCredentials(at.place.path);
    const asked = at.token();
    await until(async () => (await at.rescue.kept()).length === 1, at);
    assert.equal(await replayRescued(at.replay), 0);
    assert.deepEqual(await at.rescue.count(), { waiting: 0, setAside: 1 });
    refusal.stop();
    await until(async () => (await at.rescue.count()).setAside === 0, at);
    assert.equal(await asked, 'access-2');
  });

  it('is kept as it is while the database is away, however often it is tried', async () => {
    await using at = await openKeeper();
    await at.expired();
    const refusal = missWhileAnswering(at);
    void at.ask().catch(() => undefined);
    await until(async () => (await at.rescue.kept()).length === 1, at);
    for (let turn = 0; turn < 3; turn += 1) {
      await assert.rejects(replayRescued(at.replay), { code: 'store_unavailable' });
    }
    assert.deepEqual(await at.rescue.count(), { waiting: 1, setAside: 0 });
    refusal.stop();
    assert.equal(await replayRescued(at.replay), 1);
  });

  for (const [what, change] of [
    ['its file was tampered with', (sealed: Buffer) => (sealed[sealed.length - 1]! ^= 1)],
    ['its file was cut', (sealed: Buffer) => sealed.fill(0)],
  ] as const) {
    it(`is set aside and reported where ${what}`, async () => {
      await using at = await openKeeper();
      await at.expired();
      const refusal = missWhileAnswering(at);
      void at.ask().catch(() => undefined);
      await until(async () => (await at.rescue.kept()).length === 1, at);
      const folder = `${at.place.path}-rescue`;
      const [name = ''] = await readdir(folder);
      const sealed = await readFile(join(folder, name));
      change(sealed);
      await writeFile(join(folder, name), sealed);
      assert.deepEqual(await at.rescue.kept(), []);
      assert.match(at.troubles.at(-1) ?? '', /cannot be opened/);
      assert.deepEqual(await readdir(folder), [`${name}.set-aside`]);
      refusal.stop();
    });
  }

  it('is opened again at a start that has its key again', async () => {
    await using at = await openKeeper();
    await at.expired();
    const refusal = missWhileAnswering(at);
    void at.ask().catch(() => undefined);
    await until(async () => (await at.rescue.kept()).length === 1, at);
    const folder = `${at.place.path}-rescue`;
    const stranger = new RescueFolder(folder, new Vault([ringKey('k2')]), () => undefined);
    assert.deepEqual(await stranger.kept(), []);
    assert.deepEqual(await at.rescue.kept(), []);
    await at.rescue.putBack();
    refusal.stop();
    assert.equal(await replayRescued(at.replay), 1);
  });
});

function accessTokenOf({ answer }: Rescued): string {
  assert.equal(answer.kind, 'obtained');
  return answer.tokens.accessToken.reveal();
}
