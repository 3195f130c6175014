import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { loadConfig } from '../../../src/config/index.ts';
import { call, tokenOf } from '../../support/service/answer.ts';
import { jwt, newKeyRing } from '../../support/service/credentials.ts';
import { startSandbox } from '../../support/service/start-sandbox.ts';
import { startServiceProcess } from '../../support/service/start-service-process.ts';
import { environment, newFolder, readRows, TOKEN_PATH } from '../../support/service/start-service.ts';

const BODY = { status: 'success', session: { kind: 'pair', values: ['an-access-token-elsewhere', 'a-renewal'] } };

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    assert.ok(Date.now() < end, 'it never came to pass');
    await setTimeout(20);
  }
}

describe('a process that is killed with an answer in hand that nobody can read', () => {
  it('leaves it beside a database that refuses it, and the next one stores and tells it', async () => {
    using folder = newFolder();
    await using sandbox = await startSandbox();
    const env = environment(sandbox.url, folder.databasePath, {
      EVERGRANT_ENCRYPTION_KEYS: newKeyRing(),
      EVERGRANT_UPKEEP_SHARE: '0',
    });
    const { rescueFolder } = loadConfig(env).config;
    const run = (sql: string) => {
      using database = new DatabaseSync(folder.databasePath, { timeout: 5_000 });
      database.exec(sql);
    };
    const rows = (sql: string) => readRows(folder.databasePath, sql) as Record<string, unknown>[];
    const rescued = () =>
      existsSync(rescueFolder) ? readdirSync(rescueFolder).filter((name) => /sealed$/.test(name)) : [];
    {
      await using service = await startServiceProcess(env);
      const ask = (body: object) => call(service.url + TOKEN_PATH, 'POST', { bearer: jwt('alice'), body });
      tokenOf(await ask({}));
      run("create trigger refusal before insert on unread_answers begin select raise(abort, 'no space left'); end");
      await sandbox.fault('refresh', { status: 200, body: BODY }, 1);
      void ask({ force_refresh: true }).catch(() => undefined);
      await until(() => rescued().length === 1);
      await service.kill();
    }
    assert.ok(!readFileSync(join(rescueFolder, rescued()[0] ?? '')).includes('elsewhere'), 'it is sealed');
    assert.equal(rows('select * from unread_answers').length, 0);
    run('drop trigger refusal');
    await using next = await startServiceProcess(env);
    assert.deepEqual(rescued(), []);
    assert.equal(rows('select * from unread_answers').length, 1);
    assert.deepEqual(
      rows("select type, reason from events where type = 'grant.answer_unreadable'").map((row) => ({ ...row })),
      [{ type: 'grant.answer_unreadable', reason: 'no_access_token' }],
    );
    assert.match(next.output(), /grant\.answer_unreadable/);
    const everything = readFileSync(folder.databasePath, 'latin1') + next.output();
    assert.ok(!everything.includes('an-access-token-elsewhere'), 'and it is told nowhere');
    const served = tokenOf(
      await call(next.url + TOKEN_PATH, 'POST', { bearer: jwt('alice'), body: { force_refresh: true } }),
    );
    assert.equal((await sandbox.me(served.access_token)).status, 200, 'a managed user is recovered');
  });
});
