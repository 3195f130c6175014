import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { newKeyRing } from '../e2e/credentials.ts';
import { startSandbox, type Sandbox } from '../e2e/start-sandbox.ts';
import { environment, type Environment } from '../e2e/start-service.ts';
import { evergrant, newWorkFolder } from './start-command.ts';

/** A deployment and the doctor's word on it. */
async function newDeployment() {
  await using started = new AsyncDisposableStack();
  const sandbox: Sandbox = started.use(await startSandbox());
  const folder = started.use(newWorkFolder());
  const databasePath = join(folder.path, 'evergrant.db');
  const env = environment(sandbox.url, databasePath);
  const all = started.move();
  return {
    sandbox,
    databasePath,
    doctor: (more: Environment = {}, ...args: string[]) =>
      evergrant(['doctor', ...args], { cwd: folder.path, env: { ...env, ...more } }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** The findings by what was looked at. */
function verdicts(stdout: string): Record<string, string> {
  const findings: any[] = JSON.parse(stdout);
  for (const { detail } of findings) assert.ok(detail.length > 5, stdout);
  return Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]));
}

describe('evergrant doctor', { concurrency: 3 }, () => {
  it('finds a good deployment good, and asks Cal.com for nothing but a read', async () => {
    await using deployment = await newDeployment();
    const { code, stdout } = await deployment.doctor();
    assert.equal(code, 0, stdout);
    const lines = stdout.trimEnd().split('\n');
    assert.ok(lines.length >= 5 && lines.every((line) => line.startsWith('ok  ')), stdout);
    const asked = (await deployment.sandbox.journal()).map(({ method }): string => method);
    assert.deepEqual(asked, ['GET']);
  });

  const BAD: Record<string, { env: Environment; check: string; says: RegExp }> = {
    'a wrong secret': {
      env: { CAL_COM_CLIENT_SECRET: 'not-the-right-secret' },
      check: 'cal-com-managed',
      says: /CAL_COM_CLIENT_ID and CAL_COM_CLIENT_SECRET/,
    },
    'an upstream that cannot be reached': {
      env: { CAL_COM_API_URL: 'http://127.0.0.1:9/v2' },
      check: 'cal-com-managed',
      says: /127\.0\.0\.1:9.*does not answer/,
    },
    'no client at all': {
      env: { CAL_COM_CLIENT_ID: '', CAL_COM_CLIENT_SECRET: '' },
      check: 'providers',
      says: /Set CAL_COM_CLIENT_ID/,
    },
    'a variable that makes no sense': {
      env: { EVERGRANT_PORT: 'many' },
      check: 'EVERGRANT_PORT',
      says: /\bport\b/i,
    },
    'issuer’s keys that cannot be had': {
      env: { EVERGRANT_JWT_SECRET: '', EVERGRANT_JWKS_URL: 'http://127.0.0.1:9/jwks' },
      check: 'readiness',
      says: /./,
    },
    'a key ring that is not the database’s': {
      env: { EVERGRANT_ENCRYPTION_KEYS: newKeyRing() },
      check: 'database',
      says: /"k1"/,
    },
    'a key ring without the database’s key': {
      env: { EVERGRANT_ENCRYPTION_KEYS: newKeyRing().replace('k1:', 'k2:') },
      check: 'database',
      says: /"k1".*EVERGRANT_ENCRYPTION_KEYS/,
    },
  };

  it('finds what is bad, says so, and ends with 1', async () => {
    await using deployment = await newDeployment();
    const before = await deployment.doctor({}, '--json');
    assert.deepEqual([before.code, new Set(Object.values(verdicts(before.stdout)))], [0, new Set(['good'])]);
    for (const [name, { env, check, says }] of Object.entries(BAD)) {
      const { code, stdout, stderr } = await deployment.doctor(env);
      assert.equal(code, 1, `${name}: ${stdout}${stderr}`);
      const line = stdout.split('\n').find((each) => each.startsWith(`BAD ${check}: `)) ?? '';
      assert.match(line, says, `${name}: ${stdout}`);
      assert.ok(!stdout.includes('not-the-right-secret'));
      assert.equal(stderr, '', name);
    }
    const asJson = await deployment.doctor({ CAL_COM_CLIENT_SECRET: 'not-the-right-secret' }, '--json');
    assert.deepEqual([asJson.code, verdicts(asJson.stdout)['cal-com-managed']], [1, 'bad']);
    assert.equal((await deployment.doctor()).code, 0, 'nothing was harmed by looking');
  });

  it('finds a database odd that others can open, and a variable that is none', async () => {
    await using deployment = await newDeployment();
    assert.equal((await deployment.doctor()).code, 0);
    chmodSync(deployment.databasePath, 0o644);
    const { code, stdout } = await deployment.doctor({ EVERGRANT_DATABASE: 'x' });
    assert.equal(code, 0, 'odd is no reason to stop a deployment');
    assert.match(stdout, /^odd file mode: .*chmod 600/m);
    assert.match(stdout, /^odd configuration: EVERGRANT_DATABASE .*EVERGRANT_DATABASE_URL/m);
    const asJson = await deployment.doctor({}, '--json');
    assert.deepEqual([asJson.code, verdicts(asJson.stdout)['file mode']], [0, 'odd']);
  });
});
