import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, tokenOf } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { startSandbox } from '../support/service/start-sandbox.ts';
import { environment, TOKEN_PATH } from '../support/service/start-service.ts';
import { evergrant, inTime, newWorkFolder, startEvergrant } from '../support/start-command.ts';

describe('evergrant serve', { concurrency: 3 }, () => {
  it('refuses a bad configuration: every problem is named, nothing is made, the status is 1', async () => {
    using folder = newWorkFolder();
    const secret = randomBytes(12).toString('hex');
    const { code, stdout, stderr } = await evergrant(['serve'], {
      cwd: folder.path,
      env: {
        EVERGRANT_PORT: '70000',
        EVERGRANT_DATABASE_URL: 'postgres://here',
        EVERGRANT_JWT_SECRET: secret,
        EVERGRANT_CALLER_WAIT: 'a while',
        CAL_COM_CLIENT_ID: 'an id alone',
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
      },
    });
    assert.equal(code, 1);
    for (const name of [
      'EVERGRANT_PORT',
      'EVERGRANT_DATABASE_URL',
      'EVERGRANT_ENCRYPTION_KEYS',
      'EVERGRANT_JWT_SECRET',
      'EVERGRANT_CALLER_WAIT',
      'CAL_COM_CLIENT_ID',
      'CAL_COM_CLIENT_SECRET',
      'NODE_TLS_REJECT_UNAUTHORIZED',
    ]) {
      assert.match(stderr, new RegExp(`^  ${name} .+\\.\n {4}\\S`, 'm'), `${name} and what is accepted`);
    }
    assert.ok(!stderr.includes(secret), 'no value is shown');
    assert.equal(stdout, '');
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it('refuses a taken port before it touches the database', async () => {
    using folder = newWorkFolder();
    await using taken = createServer();
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    const { port } = taken.address() as AddressInfo;
    const env = environment('http://127.0.0.1:9', join(folder.path, 'evergrant.db'), { EVERGRANT_PORT: String(port) });
    const { code, stderr } = await evergrant(['serve'], { cwd: folder.path, env });
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(String.raw`Port ${port} is taken.*EVERGRANT_PORT`));
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it('says where it listens, and warns of a variable that is none', async () => {
    using folder = newWorkFolder();
    const env = environment('http://127.0.0.1:9', join(folder.path, 'evergrant.db'), { EVERGRANT_PROT: '1' });
    await using serving = startEvergrant(['serve'], { cwd: folder.path, env });
    await serving.printed(/listens on http/);
    const url = /listens on (\S+)/.exec(serving.stdout())?.[1] ?? '';
    assert.equal((await call(`${url}/healthz`, 'GET')).status, 200);
    assert.match(serving.stderr(), /^Warning: EVERGRANT_PROT .*EVERGRANT_PORT/m);
    serving.signal('SIGINT');
    assert.equal((await serving.ended).code, 0);
  });

  it('answers a caller whose upstream call is in flight at SIGTERM, stores the token, and ends with 0', async () => {
    using folder = newWorkFolder();
    await using sandbox = await startSandbox({ latency_ms: 1500 });
    const env = environment(sandbox.url, join(folder.path, 'evergrant.db'), { EVERGRANT_DRAIN: '0' });
    const ask = (url: string) => call(url + TOKEN_PATH, 'POST', { bearer: jwt('alice') });
    const tokens: string[] = [];
    for (const run of ['first', 'second']) {
      await using serving = startEvergrant(['serve'], { cwd: folder.path, env });
      await serving.printed(/listens on http/);
      const url = /listens on (\S+)/.exec(serving.stdout())?.[1] ?? '';
      const asked = ask(url);
      while ((await sandbox.count('create')) === 0) await sleep(20);
      if (run === 'first') {
        serving.signal('SIGTERM');
        await serving.printed(/Stopping/);
        // One more at once is npm's or the terminal's doing, and must not cut short what the first one began.
        serving.signal('SIGTERM');
      }
      const answer = tokenOf(await asked);
      tokens.push(answer.access_token);
      assert.equal(answer.refreshed, run === 'first');
      if (run === 'second') serving.signal('SIGTERM');
      const { code, stderr } = await inTime(serving.ended, () => 'SIGTERM should have ended it');
      assert.equal(code, 0, stderr);
    }
    assert.equal(tokens[0], tokens[1]);
    assert.equal(await sandbox.count('create'), 1);
  });
});
