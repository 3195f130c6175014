import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, tokenOf } from '../support/service/answer.ts';
import { startSandbox } from '../support/service/start-sandbox.ts';
import { CONFIG_PATH, expireStored, readRows } from '../support/service/start-service.ts';
import { evergrant, freePorts, inTime } from '../support/start-command.ts';
import {
  beginDev,
  newDevScene,
  NOTHING_TO_PASTE_INTO,
  paste,
  startDev,
  type Dev,
  type DevScene,
} from '../support/start-dev.ts';

const PASTING = { skip: NOTHING_TO_PASTE_INTO };

/** The lines do what is said above them, and speak of one and the same user. */
async function assertLinesWork(lines: readonly string[]): Promise<void> {
  const [token = '', user = '', me = '', link = ''] = lines;
  assert.equal(lines.length, 4);
  const { authorize_url: authorizeUrl } = await paste(link);
  const page = await fetch(authorizeUrl);
  assert.match(await page.text(), /Allow/, 'a page of consent');
  const given = await paste(token);
  assert.equal(typeof given.access_token, 'string', JSON.stringify(given));
  assert.ok(given.expires_in > 60);
  const { cal_user_id: id, email } = await paste(user);
  assert.match(email, /^alice\+/);
  const { status, data } = await paste(me);
  assert.deepEqual([status, data?.id, data?.email], ['success', id, email]);
}

async function sandboxControl({ calComUrl }: DevScene, method: string, path: string, body?: object): Promise<any> {
  const answer = await call(`${calComUrl}/__sandbox${path}`, method, body === undefined ? {} : { body });
  assert.ok(answer.status < 400, answer.text);
  return answer.json;
}

async function stopped({ command }: Dev, signal: NodeJS.Signals): Promise<void> {
  command.signal(signal);
  const { code, stderr } = await inTime(command.ended, () => `${signal} should have ended it\n${command.stdout()}`);
  assert.equal(code, 0, stderr);
}

describe('evergrant dev', { concurrency: 3 }, () => {
  it('says where it listens, whose key it made, and lines that work when pasted', PASTING, async () => {
    using scene = await newDevScene();
    await using dev = await startDev(scene);
    for (const part of [scene.url, `${scene.url}/docs`, `${scene.calComUrl}/v2`, '.evergrant/', 'sandbox']) {
      assert.ok(dev.command.stdout().includes(part), part);
    }
    assert.match(dev.demoKey, /^evg_user_[a-z0-9]{8}_[\w-]{43}$/);
    assert.equal((await call(`${scene.url}/docs`, 'GET')).status, 200);
    await assertLinesWork(dev.lines);
    assert.doesNotMatch(dev.command.stderr(), /Warning|!/, 'nothing to worry about');
  });

  it('keeps its folder and all secrets in it to its owner', async () => {
    using scene = await newDevScene();
    await using dev = await startDev(scene);
    tokenOf(await dev.token());
    const mode = (name: string) => (statSync(scene.file(name)).mode & 0o777).toString(8);
    assert.equal(mode('.'), '700');
    const files = readdirSync(scene.file('.'));
    for (const name of ['encryption-keys', 'demo-key', 'evergrant.db', 'sandbox-cal-com.json']) {
      assert.ok(files.includes(name), `${name} of ${files.join(', ')}`);
    }
    for (const name of files.filter((each) => !/README|journal$/.test(each))) assert.equal(mode(name), '600', name);
    assert.ok(readFileSync(scene.file('demo-key'), 'utf8').includes(dev.demoKey));
  });

  it('goes on with the same lines after a stop, and after being killed at its work', PASTING, async () => {
    using scene = await newDevScene();
    let first: readonly string[] = [];
    for (const end of ['SIGTERM', 'kill', 'kill', undefined] as const) {
      await using dev = await startDev(scene);
      if (first.length === 0) first = dev.lines;
      assert.deepEqual(dev.lines, first, 'the same lines');
      await assertLinesWork(first);
      if (end === 'SIGTERM') await stopped(dev, end);
      if (end !== 'kill') continue;
      const asked = Array.from({ length: 5 }, () => dev.token({ force_refresh: true }).catch(() => undefined));
      await sleep(Math.random() * 100);
      await dev.command.kill();
      await Promise.all(asked);
    }
    assert.deepEqual(readRows(scene.databasePath, 'select account_id from grants').length, 1);
  });

  it('starts after being killed at any moment of its start', PASTING, async (context) => {
    using scene = await newDevScene();
    for (let kill = 1; kill <= 2; kill += 1) {
      const afterMs = 200 + Math.random() * 1200;
      context.diagnostic(`kill ${kill} after ${afterMs.toFixed(0)} ms`);
      await using starting = beginDev(scene);
      await Promise.race([sleep(afterMs), starting.ended]);
    }
    await using dev = await startDev(scene);
    await assertLinesWork(dev.lines);
  });

  it('starts after a kill that left a secret’s file empty', async () => {
    using scene = await newDevScene();
    mkdirSync(scene.file('.'), { mode: 0o700 });
    for (const name of ['encryption-keys', 'demo-key']) writeFileSync(scene.file(name), '', { mode: 0o600 });
    await using dev = await startDev(scene);
    tokenOf(await dev.token());
  });

  it('makes the user anew once the sandbox lost its memory and the token ended, and says so', async () => {
    using scene = await newDevScene();
    let lost = '';
    for (const how of ['new', 'expired', 'rejected'] as const) {
      if (how !== 'new') rmSync(scene.file('sandbox-cal-com.json'));
      if (how === 'expired') expireStored(scene.databasePath);
      await using dev = await startDev(scene);
      const token = tokenOf(await dev.token(how === 'rejected' ? { rejected_access_token: lost } : {}));
      assert.deepEqual([token.refreshed, token.access_token === lost], [true, false], how);
      lost = token.access_token;
      if (NOTHING_TO_PASTE_INTO === false) await assertLinesWork(dev.lines);
      const log = dev.command.stderr();
      assert.match(log, /alice +cal-com-managed +provision -> obtained/);
      assert.match(
        log,
        how === 'new' ? /alice {2}cal-com-managed .* grant\.created$/m : /grant\.recovered {2}refused$/m,
      );
      if (how !== 'new') assert.match(log, /! +alice +cal-com-managed +recover -> account_gone/);
    }
  });

  it('answers what is in progress at SIGINT, stores it, and ends with 0', async () => {
    using scene = await newDevScene();
    let token: string;
    {
      await using dev = await startDev(scene);
      await sandboxControl(scene, 'PUT', '/settings', { latency_ms: 1200 });
      const asked = dev.token();
      while ((await sandboxControl(scene, 'GET', '/journal')).length === 0) await sleep(20);
      await stopped(dev, 'SIGINT');
      token = tokenOf(await asked).access_token;
    }
    await using dev = await startDev(scene);
    const { access_token: kept, refreshed } = tokenOf(await dev.token());
    assert.deepEqual([kept === token, refreshed], [true, false]);
  });

  it('ends with 0 at SIGINT even while the sandbox hangs as it was told to', async () => {
    using scene = await newDevScene();
    await using dev = await startDev(scene);
    await sandboxControl(scene, 'POST', '/faults', { match: { path: '/v2/*' }, times: null, fault: { hang: true } });
    const asked = dev.token().catch(() => undefined);
    while ((await sandboxControl(scene, 'GET', '/journal')).length === 0) await sleep(20);
    const since = Date.now();
    await stopped(dev, 'SIGINT');
    // Of that, three seconds are for the upstream call, which alone might take two minutes.
    const took = Date.now() - since;
    assert.ok(took < 12_000, `${took} ms`);
    await asked;
  });

  it('refuses to start beside another one, and says which port is taken and what to do', async () => {
    using scene = await newDevScene();
    await using dev = await startDev(scene);
    const [otherCalPort = 0] = await freePorts(1);
    const attempts = [
      { port: scene.ports.calCom, calPort: scene.ports.calCom },
      { port: scene.ports.service, calPort: otherCalPort },
    ];
    using elsewhere = await newDevScene();
    const ends = await Promise.all(
      attempts.map(({ calPort }) =>
        evergrant(['dev', '--cal-port', String(calPort), '--cronofy-port', '0'], {
          cwd: elsewhere.folder.path,
          env: { EVERGRANT_PORT: String(scene.ports.service) },
        }),
      ),
    );
    for (const [index, { code, stdout, stderr }] of ends.entries()) {
      assert.equal(code, 1, stderr);
      assert.match(stderr, new RegExp(String.raw`\bPort ${attempts[index]?.port ?? 0}\b`));
      for (const part of ['EVERGRANT_PORT', '--cal-port']) assert.ok(stderr.includes(part), stderr);
      assert.doesNotMatch(stderr, /^ +at /m, 'no stack');
      assert.doesNotMatch(stdout, /is running/);
    }
    tokenOf(await dev.token());
  });

  it('uses the operator’s own Cal.com client where one is given', async () => {
    using scene = await newDevScene();
    await using sandbox = await startSandbox();
    const client = { id: 'sandbox-cal-other-client', secret: 'sandbox-cal-other-secret' };
    await using dev = await startDev(scene, {
      CAL_COM_CLIENT_ID: client.id,
      CAL_COM_CLIENT_SECRET: client.secret,
      CAL_COM_API_URL: `${sandbox.url}/v2`,
    });
    assert.equal(tokenOf(await dev.token()).cal_client_id, client.id);
    const paths = (await sandbox.journal()).map(({ path }): string => path);
    assert.deepEqual(paths, [`/v2/oauth-clients/${client.id}/users`]);
    assert.deepEqual(await sandboxControl(scene, 'GET', '/journal'), [], 'its own sandbox is left alone');
    assert.doesNotMatch(dev.command.stdout(), /nothing leaves this machine/);
    assert.ok(dev.lines[2]?.includes(`${sandbox.url}/v2/me`));
    const { json } = await call(scene.url + CONFIG_PATH, 'GET', { bearer: dev.demoKey });
    assert.deepEqual([json.cal_api_url, json.cal_app_url], [`${sandbox.url}/v2`, 'https://app.cal.com']);
  });

  it('takes empty variables for unset, and half a client for a mistake', async () => {
    using scene = await newDevScene();
    await using dev = await startDev(scene, {
      CAL_COM_CLIENT_ID: '',
      CAL_COM_CLIENT_SECRET: ' ',
      CAL_COM_API_URL: '',
      EVERGRANT_ENCRYPTION_KEYS: '',
    });
    assert.equal(tokenOf(await dev.token()).cal_client_id, 'sandbox-cal-client');
    const half = [{ CAL_COM_CLIENT_SECRET: 'my-own-half-of-it' }, { CAL_COM_CLIENT_ID: 'my-own-half-of-it' }];
    using elsewhere = await newDevScene();
    for (const env of half) {
      await using command = beginDev(elsewhere, env);
      const { code, stderr } = await inTime(command.ended, () => 'half a client should be refused');
      assert.equal(code, 1);
      assert.match(stderr, /CAL_COM_CLIENT_(ID|SECRET) is not set, but CAL_COM_CLIENT_(ID|SECRET) is/);
      assert.ok(!stderr.includes('my-own-half-of-it'));
    }
  });
});
