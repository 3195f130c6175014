import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { call } from '../support/service/answer.ts';
import { CLIENT_ID, CLIENT_SECRET } from '../support/service/start-sandbox.ts';
import { evergrant, inTime, newWorkFolder, startEvergrant, type WorkFolder } from '../support/start-command.ts';

/** Starts it on a free port and gives where it listens. */
async function started(folder: WorkFolder, ...args: string[]) {
  const command = startEvergrant(['sandbox', '--cal-port', '0', '--cronofy-port', '0', ...args], { cwd: folder.path });
  await command.printed(/__sandbox/);
  const url = /sandbox: (\S+)\/v2$/m.exec(command.stdout())?.[1] ?? '';
  return { command, url, [Symbol.asyncDispose]: () => command.kill() };
}

const AS_CLIENT = { headers: { 'x-cal-secret-key': CLIENT_SECRET, 'x-cal-client-id': CLIENT_ID } };
const USERS = `/v2/oauth-clients/${CLIENT_ID}/users`;

describe('evergrant sandbox', { concurrency: 3 }, () => {
  it('says where it is and which client it knows, and leaves at SIGTERM', async () => {
    using folder = newWorkFolder();
    await using sandbox = await started(folder);
    for (const part of [CLIENT_ID, CLIENT_SECRET]) assert.ok(sandbox.command.stdout().includes(part));
    assert.equal((await call(sandbox.url + USERS, 'GET', AS_CLIENT)).status, 200);
    sandbox.command.signal('SIGTERM');
    assert.equal((await inTime(sandbox.command.ended, () => 'SIGTERM should have ended it')).code, 0);
  });

  it('keeps its state in the file of --state, even when it is killed, and without one forgets', async () => {
    using folder = newWorkFolder();
    const state = join(folder.path, 'state.json');
    for (const [args, kept] of [
      [['--state', state], 1],
      [[], 0],
    ] as const) {
      const body = { email: 'alice@example.com', name: 'Alice' };
      {
        await using sandbox = await started(folder, ...args);
        assert.equal((await call(sandbox.url + USERS, 'POST', { ...AS_CLIENT, body })).status, 201);
        await sandbox.command.kill();
      }
      await using sandbox = await started(folder, ...args);
      const { json } = await call(sandbox.url + USERS, 'GET', AS_CLIENT);
      const mine = json.data.filter(({ email }: { email: string }) => email.startsWith('alice+'));
      assert.equal(mine.length, kept);
    }
    assert.equal(statSync(state).mode & 0o077, 0);
  });

  it('refuses a port that is none', async () => {
    using folder = newWorkFolder();
    for (const port of ['65536', '']) {
      const { code, stderr } = await evergrant(['sandbox', `--cal-port=${port}`, '--cronofy-port=0'], {
        cwd: folder.path,
      });
      assert.equal(code, 1);
      assert.match(stderr, /0 to 65535/);
    }
  });
});
