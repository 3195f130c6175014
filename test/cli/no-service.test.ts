import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { newKeyRing } from '../support/service/credentials.ts';
import { startSandbox } from '../support/service/start-sandbox.ts';
import { startServiceProcess } from '../support/service/start-service-process.ts';
import { environment, readRows, TOKEN_PATH, newFolder } from '../support/service/start-service.ts';
import { call, tokenOf } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { ROOT, evergrant } from '../support/start-command.ts';
import { RescueFolder } from '../../src/stores/vault/rescue-folder.ts';
import { Vault } from '../../src/stores/vault/vault.ts';
import { loadConfig } from '../../src/config/index.ts';
import { obtained } from '../support/stores/one-grant.ts';

/** These run a service, or the sandbox alone. */
const SERVING = ['dev', 'serve', 'sandbox', 'help'];
/** Every other command, by what it is called with. */
const COMMANDS: readonly (readonly string[])[] = [
  ['keys', 'create', '--role', 'server'],
  ['keys', 'list'],
  ['keys', 'revoke', 'no-such-key'],
  ['import', 'tokens.jsonl'],
  ['import', 'tokens.jsonl', '--verify'],
  ['events', 'list'],
  ['events', 'summary'],
  ['grants', 'reread'],
  ['providers', 'check', 'cal-com-managed'],
  ['grants', 'reread', '--present', 'due'],
  ['doctor'],
  ['migrate'],
];
/** Longer than upkeep's round, in milliseconds: whoever asks whether a client is known waits for it. */
const SLOW_MS = 5_000;

/** A database on which upkeep would find something of everything to do, and a sandbox that counts what is asked. */
async function openScene() {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(newFolder());
  const sandbox = opened.use(await startSandbox());
  const env = environment(sandbox.url, folder.databasePath, { EVERGRANT_ENCRYPTION_KEYS: newKeyRing() });
  {
    await using service = await startServiceProcess({ ...env, EVERGRANT_UPKEEP_SHARE: '0' });
    for (const subject of ['due', 'left', 'rescued']) {
      tokenOf(await call(service.url + TOKEN_PATH, 'POST', { bearer: jwt(subject), body: {} }));
    }
  }
  using database = new DatabaseSync(folder.databasePath);
  const soon = Date.now() + 60_000;
  database.exec(`update credentials set used_at = 1, renew_at = ${Date.now() - 1_000}, expires_at = ${soon};
    update grants set left_at = 1 where id = (select grant_id from connections where subject = 'left');
    delete from connections where subject = 'left'`);
  const { config, secrets } = loadConfig(env);
  const rescue = new RescueFolder(config.rescueFolder, new Vault(secrets.encryptionKeys), assert.fail);
  const [grant] = readRows(folder.databasePath, "select grant_id from connections where subject = 'rescued'");
  const name = { grantId: grant.grant_id, exchangeId: 2, nonce: 'a-nonce' };
  const times = { openedAt: Date.now(), openedTick: 0 };
  await rescue.keep(
    { ...name, ...times, kind: 'refresh', presented: undefined, accountId: undefined },
    obtained('kept'),
  );
  writeFileSync(join(dirname(folder.databasePath), 'tokens.jsonl'), '');
  const all = opened.move();
  return { sandbox, env, cwd: dirname(folder.databasePath), config, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

describe('a command that runs no service', () => {
  it('asks no provider for a token, and leaves to the service what is the service’s to do', async () => {
    await using scene = await openScene();
    const facts = () =>
      readRows(scene.config.database.kind === 'sqlite' ? scene.config.database.path : '', 'select * from exchanges');
    const before = { facts: facts(), rescued: readdirSync(scene.config.rescueFolder) };
    await scene.sandbox.control('DELETE', '/journal');
    await scene.sandbox.control('PUT', '/settings', { latency_ms: SLOW_MS });
    await Promise.all(
      COMMANDS.map(async (args) => {
        const { stderr, stdout } = await evergrant([...args], { cwd: scene.cwd, env: scene.env });
        assert.doesNotMatch(stderr + stdout, /internal|unexpected/i);
      }),
    );
    assert.deepEqual({ facts: facts(), rescued: readdirSync(scene.config.rescueFolder) }, before);
    const asked = await scene.sandbox.journal();
    assert.deepEqual([...new Set(asked.map(({ method }): string => method))], ['GET'], 'the doctor’s reads alone');
  });

  it('is every command but those that serve', async () => {
    const { stdout } = await evergrant(['--help'], { cwd: ROOT });
    const listed = [...stdout.matchAll(/^ {2}([a-z]+)\b.*$/gm)].map(([, name = '']) => name);
    const tried = new Set(COMMANDS.map(([name]) => name));
    assert.deepEqual(
      listed.filter((name) => !SERVING.includes(name) && !tried.has(name)),
      [],
    );
    assert.ok(listed.includes('doctor'), stdout);
  });
});
