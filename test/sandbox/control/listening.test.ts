import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCalCom } from '../../../src/sandbox/index.ts';

describe('a sandbox', () => {
  it('listens on a free port of the loopback address, and no more once disposed', async () => {
    let url: string;
    {
      await using sandbox = await startCalCom({ port: 0 });
      url = sandbox.url;
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
      assert.equal((await fetch(`${url}/v2/timezones`)).status, 200);
    }
    await assert.rejects(fetch(`${url}/v2/timezones`));
  });

  it('may be closed twice', async () => {
    const sandbox = await startCalCom({ port: 0 });
    await Promise.all([sandbox.close(), sandbox.close()]);
    await sandbox.close();
  });

  it('rejects when the port is taken', async () => {
    await using first = await startCalCom({ port: 0 });
    await assert.rejects(startCalCom({ port: Number(new URL(first.url).port) }), { code: 'EADDRINUSE' });
  });

  it('closes at once although a connection is idle', async () => {
    const sandbox = await startCalCom({ port: 0 });
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    await sandbox.close();
    await ended;
  });

  it('refuses a body above 1 MiB', async () => {
    await using sandbox = await startCalCom({ port: 0 });
    const { status } = await fetch(`${sandbox.url}/v2/me`, { method: 'PATCH', body: 'x'.repeat(1_048_577) });
    assert.equal(status, 413);
  });

  it('shares no code with the service, so that one misreading cannot pass on both sides', () => {
    const root = join(import.meta.dirname, '../../../src/sandbox');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    assert.ok(files.length > 30);
    for (const file of files) {
      const depth = file.split('/').length - 1;
      for (const [, specifier = ''] of readFileSync(join(root, file), 'utf8').matchAll(/from '(\.[^']+)'/g)) {
        const climbs = specifier.split('/').filter((part) => part === '../..').length;
        assert.ok(climbs <= depth, `${file} imports ${specifier}`);
      }
    }
  });
});
