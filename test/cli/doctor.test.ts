import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { startCronofy, startOAuth2 } from '../../src/sandbox/index.ts';
import { jwt, newKeyRing } from '../support/service/credentials.ts';
import { startSandbox, type Sandbox } from '../support/service/start-sandbox.ts';
import { startServiceProcess } from '../support/service/start-service-process.ts';
import { freePort } from '../support/free-port.ts';
import { environment, startService, type Environment } from '../support/service/start-service.ts';
import { evergrant, newWorkFolder } from '../support/start-command.ts';

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
    env,
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

/** Every provider there is: four clients at three fakes. */
async function newFullDeployment() {
  await using started = new AsyncDisposableStack();
  const deployment = started.use(await newDeployment());
  const cronofy = started.use(await startCronofy({ port: 0 }));
  const acme = started.use(await startOAuth2({ port: 0 }));
  const defined = (tokenUrl: string) => {
    const path = join(dirname(deployment.databasePath), 'providers.json');
    const account = { url: `${acme.url}/userinfo`, id: 'sub' };
    const addresses = { token_url: tokenUrl, authorize_url: `${acme.url}/authorize`, account };
    const client = { client_id: 'sandbox-oauth2-client', client_secret_env: 'ACME_SECRET' };
    writeFileSync(path, JSON.stringify({ acme: { ...client, ...addresses } }));
    return path;
  };
  const env = {
    EVERGRANT_PUBLIC_URL: 'http://127.0.0.1:4000',
    EVERGRANT_RETURN_URLS: 'http://127.0.0.1:9/linked',
    CAL_COM_OAUTH_CLIENT_ID: 'sandbox-cal-oauth-client',
    CAL_COM_OAUTH_CLIENT_SECRET: 'sandbox-cal-oauth-secret',
    CRONOFY_CLIENT_ID: 'sandbox-cronofy-client',
    CRONOFY_CLIENT_SECRET: 'sandbox-cronofy-secret',
    CRONOFY_API_URL: cronofy.url,
    CRONOFY_MODE: 'oauth,managed',
    EVERGRANT_PROVIDERS: defined(`${acme.url}/token`),
    ACME_SECRET: 'sandbox-oauth2-secret',
  };
  const all = started.move();
  return { ...deployment, defined, env, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const PROVIDERS = ['cal-com-managed', 'cal-com', 'cronofy', 'cronofy-managed', 'acme'];
const LINKABLE = ['cal-com', 'cronofy', 'acme'];

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
    'an OAuth client in the place of a platform client': {
      env: { CAL_COM_CLIENT_ID: 'sandbox-cal-oauth-client', CAL_COM_CLIENT_SECRET: 'sandbox-cal-oauth-secret' },
      check: 'cal-com-managed',
      says: /sandbox-cal-oauth-client is an OAuth client\. .*platform client, from \/settings\/platform.*CAL_COM_OAUTH_CLIENT_ID/,
    },
    'a platform client in the place of an OAuth client': {
      env: { CAL_COM_OAUTH_CLIENT_ID: 'sandbox-cal-client', CAL_COM_OAUTH_CLIENT_SECRET: 'sandbox-cal-secret' },
      check: 'cal-com',
      says: /sandbox-cal-client is a platform client\. .*from \/settings\/developer\/oauth.*CAL_COM_CLIENT_ID/,
    },
    'an OAuth client with a wrong secret': {
      env: {
        CAL_COM_OAUTH_CLIENT_ID: 'sandbox-cal-oauth-client',
        CAL_COM_OAUTH_CLIENT_SECRET: 'not-the-right-secret',
      },
      check: 'cal-com',
      says: /Check CAL_COM_OAUTH_CLIENT_ID/,
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
    assert.match(stdout, /^odd file mode: .*mode 644/m);
    assert.equal(statSync(deployment.databasePath).mode & 0o777, 0o600);
    assert.match(stdout, /^odd configuration: EVERGRANT_DATABASE .*EVERGRANT_DATABASE_URL/m);
    const asJson = await deployment.doctor({}, '--json');
    assert.deepEqual([asJson.code, verdicts(asJson.stdout)['file mode']], [0, 'good']);
  });

  it('counts what could not be stored, and finds bad what was set aside', async () => {
    await using deployment = await newDeployment();
    assert.match((await deployment.doctor()).stdout, /^ok {2}rescue folder: No answer waits/m);
    const folder = `${deployment.databasePath}-rescue`;
    mkdirSync(folder);
    // Of no key that there is here: opened by nobody.
    for (const id of [7, 8]) writeFileSync(join(folder, `${id}.${randomUUID()}.sealed`), 'sealed by a stranger');
    const waiting = await deployment.doctor();
    assert.equal(waiting.code, 0);
    assert.match(waiting.stdout, /^odd rescue folder: 2 answers are kept in /m);
    await using service = await startServiceProcess(deployment.env);
    assert.match(service.output(), /cannot be opened/);
    const { code, stdout } = await deployment.doctor();
    assert.equal(code, 1);
    assert.match(stdout, /^BAD rescue folder: 2 answers are set aside in /m);
    rmSync(folder, { recursive: true });
    assert.equal((await deployment.doctor()).code, 0);
  });

  it('passes on what a running service says of itself', async () => {
    await using deployment = await newDeployment();
    const port = { EVERGRANT_PORT: String(await freePort()) };
    assert.doesNotMatch((await deployment.doctor(port)).stdout, /running service/);
    await using service = await startServiceProcess({ ...deployment.env, ...port });
    assert.match((await deployment.doctor(port)).stdout, /^ok {2}running service: .* is ready/m);
    renameSync(deployment.databasePath, `${deployment.databasePath}.away`);
    const { code, stdout } = await deployment.doctor(port);
    assert.equal(code, 1);
    assert.match(stdout, /^BAD running service: .*not ready: .*deleted, replaced or renamed/m, service.output());
  });

  it('asks every provider, and finds wrong secrets and unreachable hosts', async () => {
    await using deployment = await newFullDeployment();
    const { doctor, env, defined } = deployment;
    const wrong = Object.fromEntries(
      Object.keys({ ...env, CAL_COM_CLIENT_SECRET: '' })
        .filter((name) => name.endsWith('_SECRET'))
        .map((name) => [name, 'not-the-right-secret']),
    );
    const nowhere = { CAL_COM_API_URL: 'http://127.0.0.1:9/v2', CRONOFY_API_URL: 'http://127.0.0.1:9' };
    const right = await doctor(env);
    assert.equal(right.code, 0, right.stdout);
    for (const name of PROVIDERS) assert.match(right.stdout, new RegExp(`^ok  ${name}: .* accepts sandbox-`, 'm'));
    const refused = await doctor({ ...env, ...wrong });
    assert.equal(refused.code, 1);
    for (const name of PROVIDERS) {
      assert.match(
        refused.stdout,
        new RegExp(`^BAD ${name}: .* refuses the client. Check .*(?:CLIENT|client)_`, 'm'),
        name,
      );
    }
    assert.match(refused.stdout, /^BAD acme: .*client_id and client_secret_env of "acme"/m);
    assert.doesNotMatch(refused.stdout, /not-the-right-secret/);
    const unreachable = await doctor({ ...env, ...nowhere, EVERGRANT_PROVIDERS: defined('http://127.0.0.1:9/token') });
    assert.equal(unreachable.code, 1);
    for (const name of PROVIDERS) {
      assert.match(unreachable.stdout, new RegExp(`^BAD ${name}: .*127\\.0\\.0\\.1:9.* does not answer`, 'm'), name);
    }
  });

  it('tells the redirect URI of each provider that users can link: the one that they are sent with', async () => {
    await using deployment = await newFullDeployment();
    const { doctor, env, sandbox } = deployment;
    const { stdout } = await doctor(env);
    await using service = await startService({ env, sandbox });
    for (const name of LINKABLE) {
      const { json } = await service.call('POST', `/api/v1/connections/${name}/authorize/`, { bearer: jwt('alice') });
      const { headers } = await fetch(service.url + new URL(json.authorize_url).pathname, { redirect: 'manual' });
      const sent = new URL(headers.get('location') ?? '').searchParams.get('redirect_uri') ?? '';
      assert.ok(sent.startsWith('http://127.0.0.1:4000/'), sent);
      assert.ok(stdout.includes(`ok  ${name} redirect URI: Register ${sent} with`), `${sent}\n${stdout}`);
    }
    assert.equal(stdout.match(/redirect URI/g)?.length, LINKABLE.length);
    const elsewhere = await doctor({ ...env, EVERGRANT_PUBLIC_URL: '' });
    assert.match(elsewhere.stdout, /^odd cronofy redirect URI: .*EVERGRANT_PUBLIC_URL/m, 'with a port of any number');
  });

  it('finds linking without a page to come back to bad, and bookings without their client', async () => {
    await using deployment = await newFullDeployment();
    const { doctor, env } = deployment;
    const noPages = await doctor({ ...env, EVERGRANT_RETURN_URLS: '' });
    assert.equal(noPages.code, 1);
    assert.match(noPages.stdout, /^BAD EVERGRANT_RETURN_URLS: .*cal-com, .*acme.*Set EVERGRANT_RETURN_URLS/m);
    const noClient = await deployment.doctor({ EVERGRANT_BOOKINGS: 'oauth' });
    assert.equal(noClient.code, 1);
    assert.match(noClient.stdout, /^BAD EVERGRANT_BOOKINGS: .*CAL_COM_OAUTH_CLIENT_ID is not set/m);
    assert.equal((await doctor({ ...env, EVERGRANT_BOOKINGS: 'oauth' })).code, 0);
    const nobodyLinks = await deployment.doctor({ EVERGRANT_RETURN_URLS: '' });
    assert.equal(nobodyLinks.code, 0);
    assert.doesNotMatch(nobodyLinks.stdout, /EVERGRANT_RETURN_URLS|redirect URI/);
  });

  it('says whether upkeep keeps up with refresh tokens that are about to end, and which have lapsed', async () => {
    await using deployment = await newDeployment();
    await using service = await startService({ env: { EVERGRANT_UPKEEP_SHARE: '0' } });
    for (const subject of ['alice', 'bob']) assert.equal((await service.token(jwt(subject))).status, 200);
    const doctor = (share: string) => deployment.doctor({ ...service.env, EVERGRANT_UPKEEP_SHARE: share });
    assert.doesNotMatch((await doctor('0.5')).stdout, /refresh tokens/, 'none is about to end');
    using database = new DatabaseSync(service.databasePath, { timeout: 10_000 });
    const end = Date.now() + 3_600_000;
    database.exec(`update credentials set refresh_expires_at = ${end}, lapse_at = ${end - 60_000}`);
    assert.match(
      (await doctor('0.5')).stdout,
      /^ok {2}cal-com-managed refresh tokens: 2 end within a day; upkeep renews them before, at \d+ a minute\.$/m,
    );
    const none = await doctor('0');
    assert.equal(none.code, 1);
    assert.match(none.stdout, /^BAD cal-com-managed refresh tokens: 2 end .* 2 of them .*EVERGRANT_UPKEEP_SHARE/m);
    database.exec(`insert into events (number, type, at, realm, grant_id, subjects, exchange_id)
      select 99, 'grant.lapsed', ${Date.now()}, realm, id, '["carol"]', 0 from grants limit 1`);
    const missed = await doctor('0.5');
    assert.equal(missed.code, 0);
    assert.match(missed.stdout, /^odd cal-com-managed refresh tokens: 2 end .* 1 lapsed within the last week/m);
  });

  it('promises no check of JWTs where none are trusted', async () => {
    await using deployment = await newDeployment();
    assert.match((await deployment.doctor()).stdout, /^ok  readiness: .*keys to check JWTs with are at hand/m);
    const { stdout } = await deployment.doctor({ EVERGRANT_JWT_SECRET: '' });
    assert.match(stdout, /^ok  readiness: .*only API keys let callers in/m);
    assert.doesNotMatch(stdout, /at hand/);
  });

  it('points at --dev where the data of npm start are, and no key ring', async () => {
    await using deployment = await newDeployment();
    const missing = { EVERGRANT_ENCRYPTION_KEYS: '' };
    assert.doesNotMatch((await deployment.doctor(missing)).stdout, /--dev/);
    await deployment.doctor({}, '--dev');
    assert.match(
      (await deployment.doctor(missing)).stdout,
      /^BAD EVERGRANT_ENCRYPTION_KEYS: .*add --dev for the data/m,
    );
  });
});
