import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { databaseLocation } from '../../src/composition/database-location.ts';
import { openProviders } from '../../src/composition/providers.ts';
import { systemClock } from '../../src/composition/system-clock.ts';
import { loadConfig } from '../../src/config/index.ts';
import { DEFAULT_BOUNDS } from '../../src/grants/exchange.ts';
import { Secret } from '../../src/secret.ts';
import { openStores } from '../../src/stores/index.ts';
import { Vault } from '../../src/stores/vault/vault.ts';
import { call, tokenOf } from '../support/service/answer.ts';
import { jwt, newKeyRing } from '../support/service/credentials.ts';
import { startSandbox } from '../support/service/start-sandbox.ts';
import { startServiceProcess } from '../support/service/start-service-process.ts';
import { environment, newFolder, TOKEN_PATH, type Environment } from '../support/service/start-service.ts';
import { evergrant, type Ended } from '../support/start-command.ts';

/** What Cal.com answers, which this version reads though the one that kept it did not. */
function readable(subject: string): string {
  const expiresAt = Date.now() + 3_000_000;
  const data = { accessToken: `read-${subject}`, refreshToken: `next-${subject}`, accessTokenExpiresAt: expiresAt };
  return JSON.stringify({ status: 'success', data });
}

const UNREADABLE = JSON.stringify({ status: 'success', result: ['a-token-somewhere-else'] });

/** A database of two managed users of a provider, the last answer to each of whom nobody could read. */
async function openScene(bodies: Record<string, string>) {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(newFolder());
  const sandbox = opened.use(await startSandbox());
  const env = environment(sandbox.url, folder.databasePath, {
    EVERGRANT_ENCRYPTION_KEYS: newKeyRing(),
    EVERGRANT_UPKEEP_SHARE: '0',
  });
  {
    await using service = await startServiceProcess(env);
    for (const subject of Object.keys(bodies)) {
      tokenOf(await call(service.url + TOKEN_PATH, 'POST', { bearer: jwt(subject), body: {} }));
    }
  }
  await keepUnread(env, bodies);
  await sandbox.control('DELETE', '/journal');
  const parts = opened.move();
  const run = (...args: string[]) => evergrant(args, { cwd: dirname(folder.databasePath), env });
  return { env, sandbox, run, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

async function keepUnread(env: Environment, bodies: Record<string, string>): Promise<void> {
  const { config, secrets } = loadConfig(env);
  const vault = new Vault(secrets.encryptionKeys);
  const location = databaseLocation(config, secrets);
  await using stores = await openStores({ location, vault, clock: systemClock, bounds: DEFAULT_BOUNDS });
  const [provider] = await openProviders({ config, vault });
  for (const [subject, body] of Object.entries(bodies)) {
    const { view, claims } = (await stores.grants.viewWithStatus(provider!.realm, subject))!;
    const presented = view.current;
    const intent = {
      grantId: view.grantId,
      kind: 'refresh' as const,
      presented,
      last: claims.last,
      current: presented,
    };
    const kept = { status: 200, headers: {}, body: new Secret(btoa(body)), askedAt: Date.now() };
    const answer = { kind: 'unreadable', detail: 'of another version', reason: 'no_access_token', kept } as const;
    const exchange = await stores.grants.openExchange(intent);
    await stores.grants.finishFailed(exchange!, { answer, recoveryPath: 'self', reader: 'another version' });
  }
}

function json({ code, stdout, stderr }: Ended): any {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe('evergrant grants reread', { concurrency: 2 }, () => {
  it('brings back what this version can read, says why it cannot read the rest, and asks no provider', async () => {
    await using at = await openScene({ alice: readable('alice'), bob: UNREADABLE });
    const { came_back: cameBack, still_unread: still } = json(await at.run('grants', 'reread', '--json'));
    assert.equal(cameBack, 1);
    assert.equal(still.length, 1);
    assert.deepEqual(still[0].subjects, ['bob']);
    assert.equal(still[0].provider, 'cal-com-managed');
    assert.equal(still[0].may_present, false);
    assert.match(still[0].why, /^HTTP 200, no media type, \d+ bytes: no usable access token/);
    const again = await at.run('grants', 'reread');
    assert.match(again.stdout, /^0 answers could be read now/);
    assert.match(again.stdout, /1 still cannot be read:\n\n.*\n?cal-com-managed +bob/s);
    assert.doesNotMatch(again.stdout + again.stderr, /a-token-somewhere-else/);
    const counts = json(await at.run('events', 'summary', '--json')).events;
    assert.ok(counts.some(({ type, count }: any) => type === 'grant.answer_unreadable' && count === 2));
    assert.ok(counts.some(({ type, count }: any) => type === 'grant.recovered' && count === 1));
    const { stdout } = await at.run('doctor');
    assert.match(stdout, /^BAD cal-com-managed answers: 1 answer is kept that this version could not read/m);
    const asked = (await at.sandbox.journal()) as { method: string }[];
    assert.deepEqual([...new Set(asked.map(({ method }) => method))], ['GET'], 'the doctor’s reads alone');
    await using service = await startServiceProcess(at.env);
    const served = tokenOf(await call(service.url + TOKEN_PATH, 'POST', { bearer: jwt('alice'), body: {} }));
    assert.equal(served.access_token, 'read-alice');
  });

  it('lets old refresh tokens be presented once more where it is told to', async () => {
    await using at = await openScene({ alice: UNREADABLE, bob: UNREADABLE });
    const { still_unread: still } = json(await at.run('grants', 'reread', '--present', 'alice', '--json'));
    assert.deepEqual(still.map(({ subjects, may_present }: any) => [...subjects, may_present]).toSorted(), [
      ['alice', true],
      ['bob', false],
    ]);
    const { stdout } = await at.run('doctor');
    assert.match(stdout, /^BAD cal-com-managed answers: 1 answer is kept/m);
  });

  it('refuses a provider that is not there', async () => {
    await using at = await openScene({});
    const { code, stderr } = await at.run('grants', 'reread', '--provider', 'nobody');
    assert.equal(code, 1);
    assert.match(stderr, /There is no provider "nobody"\. Accepted: cal-com-managed/);
  });

  it('is done by a service once it has started', async () => {
    await using at = await openScene({ alice: readable('alice'), bob: UNREADABLE });
    await using service = await startServiceProcess(at.env);
    const ask = () => call(service.url + TOKEN_PATH, 'POST', { bearer: jwt('alice'), body: {} });
    const until = Date.now() + 20_000;
    while (tokenOf(await ask()).access_token !== 'read-alice') {
      assert.ok(Date.now() < until, 'it was not read');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const asked = (await at.sandbox.journal()) as unknown[];
    assert.equal(asked.length, 0);
  });
});
