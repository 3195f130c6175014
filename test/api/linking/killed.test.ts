import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, toProblem, tokenOf, type Answer } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { startServiceProcess, type ServiceProcess } from '../../support/service/start-service-process.ts';
import { environment, newFolder, readRows } from '../../support/service/start-service.ts';
import { freePort } from '../../support/free-port.ts';
import { startForTest, type TestOAuth2 } from '../../support/sandbox/test-oauth-2.ts';
import { Browser } from '../../support/linking/browser.ts';

const KILLS = Number(process.env['EVERGRANT_KILLS'] ?? 10);
const RETURN_URL = 'http://127.0.0.1:9/linked';
/** Longer than a lease and a round of upkeep, on a busy machine; milliseconds. */
const PATIENCE_MS = 60_000;

interface Scene extends AsyncDisposable {
  readonly server: TestOAuth2;
  readonly databasePath: string;
  /** Kills the service at once and starts it anew at the same address. */
  restart(): Promise<void>;
  kill(): Promise<void>;
  as(subject: string, path: string, body?: object): Promise<Answer>;
  /** An account of this name, whose user has consented: the code to complete with. */
  consent(subject: string, account?: string): Promise<string>;
  complete(subject: string, code: string): Promise<Answer>;
  /** How many refresh tokens of ours live at this account. */
  live(account: string): Promise<number>;
}

/** A service in a process of its own, before a server that takes its time and ends a consent whose code comes twice. */
async function newScene(): Promise<Scene> {
  await using started = new AsyncDisposableStack();
  const { databasePath } = started.use(newFolder());
  const server = started.use(await startForTest({ latency_ms: 40, on_code_reuse: 'revoke_family' }));
  const acme = {
    client_id: 'sandbox-oauth2-client',
    client_secret_env: 'ACME_CLIENT_SECRET',
    token_url: `${server.url}/token`,
    revoke_url: `${server.url}/revoke`,
    authorize_url: `${server.url}/authorize`,
    issuer: server.url,
    account: { url: `${server.url}/userinfo`, id: 'sub', email: 'email', name: 'name' },
  };
  const definitions = join(dirname(databasePath), 'providers.json');
  writeFileSync(definitions, JSON.stringify({ acme }));
  const env = environment('http://127.0.0.1:9', databasePath, {
    EVERGRANT_PORT: String(await freePort()),
    EVERGRANT_LOG_LEVEL: 'warn',
    EVERGRANT_PROVIDERS: definitions,
    EVERGRANT_RETURN_URLS: RETURN_URL,
    ACME_CLIENT_SECRET: 'sandbox-oauth2-secret',
  });
  let service: ServiceProcess = await startServiceProcess(env);
  started.defer(() => service.kill());
  const as: Scene['as'] = (subject, path, body = {}) =>
    call(`${service.url}/api/v1/connections/acme/${path}/`, 'POST', { bearer: jwt(subject), body });
  const families = new Map<string, number>();
  const live = async (account: string) => {
    const { live_refresh_tokens: tokens } = await server.account(account);
    return (tokens as string[]).length - (families.get(account) ?? 0);
  };
  const parts = started.move();
  return {
    server,
    databasePath,
    kill: () => service.kill(),
    restart: async () => {
      await service.kill();
      service = await startServiceProcess(env);
    },
    as,
    consent: async (subject, account = subject) => {
      if (!families.has(account)) {
        await server.link({ sub: account });
        families.set(account, 1);
      }
      const browser = new Browser();
      const page = await browser.open(String((await as(subject, 'authorize')).json.authorize_url), RETURN_URL);
      const back = await browser.submit(page, { account, decision: 'allow' }, RETURN_URL);
      return new URL(back.url).searchParams.get('evergrant_code') ?? '';
    },
    complete: (subject, code) => as(subject, 'complete', { code }),
    live,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** As {@link Scene.complete}, again and again for as long as it says that this may help. */
async function completed(scene: Scene, subject: string, code: string): Promise<Answer> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await scene.complete(subject, code);
    if (answer.headers.get('retry-after') === null || performance.now() > giveUpAt) return answer;
    await sleep(500);
  }
}

function expireLinks({ databasePath }: Scene): void {
  using database = new DatabaseSync(databasePath, { timeout: 10_000 });
  database.exec('update links set expires_at = 1');
}

async function until(isSo: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    assert.ok(performance.now() < giveUpAt, what);
    await sleep(200);
  }
}

describe('a service that is killed while a link is completed', { concurrency: 4 }, () => {
  it('completes it when it is asked again, or says truthfully to begin anew', async (context) => {
    await using scene = await newScene();
    const outcomes: string[] = [];
    for (let nth = 0; nth < KILLS; nth += 1) {
      const subject = `user-${nth}`;
      const code = await scene.consent(subject);
      const cut = scene.complete(subject, code).catch((error: unknown) => error);
      const afterMs = Math.round(10 + (160 * nth) / Math.max(1, KILLS - 1));
      await sleep(afterMs);
      await scene.restart();
      await cut;
      const answer = await completed(scene, subject, code);
      outcomes.push(`${afterMs} ms: ${answer.status === 200 ? 'completed' : String(answer.json.code)}`);
      if (answer.status !== 200) {
        toProblem(answer, 400, 'link_failed');
        assert.equal((await completed(scene, subject, await scene.consent(subject))).status, 200);
      }
      tokenOf(await scene.as(subject, 'token', { force_refresh: true }));
      assert.equal(await scene.live(subject), 1, `${outcomes.at(-1)}: the one that we hold`);
    }
    context.diagnostic(outcomes.join(', '));
    assert.ok(
      outcomes.some((outcome) => outcome.endsWith('completed')),
      outcomes.join('\n'),
    );
  });

  it('goes on from what its code brought, or revokes it where nobody asks again', async () => {
    await using scene = await newScene();
    const { server } = scene;
    const fault = { match: { method: 'GET', path: '/userinfo' }, times: null, fault: { delay_ms: 2_000 } };
    await server.control('POST', '/faults', fault);
    const codes = new Map<string, string>();
    for (const subject of ['alice', 'bob']) codes.set(subject, await scene.consent(subject));
    const cut = [...codes].map(([subject, code]) => scene.complete(subject, code).catch((error: unknown) => error));
    const rows = (sql: string) => readRows(scene.databasePath, sql).length;
    await until(() => rows('select 1 from links where answer is not null') === 2, 'what the codes brought is kept');
    await scene.kill();
    await Promise.all(cut);
    await server.control('DELETE', '/faults');
    await scene.restart();
    const asked = async () =>
      ((await server.control('GET', '/journal')).json as any[]).filter(({ path }) => path === '/token').length;
    const before = await asked();
    assert.equal((await scene.complete('alice', codes.get('alice') ?? '')).status, 200, 'at once: its holder is dead');
    assert.equal(await asked(), before, 'no code is spent again');
    assert.equal((await scene.complete('alice', codes.get('alice') ?? '')).status, 200, 'what is done is done');
    tokenOf(await scene.as('alice', 'token'));
    assert.equal(await scene.live('bob'), 1);
    expireLinks(scene);
    await until(async () => (await scene.live('bob')) === 0, 'nobody took it, so it is revoked');
    await until(() => rows('select 1 from links') === 0, 'and forgotten');
    toProblem(await scene.complete('bob', codes.get('bob') ?? ''), 400, 'link_code_invalid');
    tokenOf(await scene.as('alice', 'token', { force_refresh: true }));
  });

  it('revokes an account that was not taken, unless somebody is connected to it', async () => {
    await using scene = await newScene();
    const { server } = scene;
    assert.equal((await scene.complete('alice', await scene.consent('alice', 'first'))).status, 200);
    assert.equal((await scene.complete('carol', await scene.consent('carol', 'shared'))).status, 200);
    for (const account of ['second', 'shared']) {
      toProblem(await scene.complete('alice', await scene.consent('alice', account)), 409, 'other_account');
    }
    const refused = { match: { method: 'POST', path: '/revoke' }, times: 1, fault: { status: 503 } };
    await server.control('POST', '/faults', refused);
    const standing = await scene.live('shared');
    expireLinks(scene);
    await until(async () => (await scene.live('second')) === 0, 'it is revoked, if not at the first try');
    await until(() => readRows(scene.databasePath, 'select 1 from links').length === 0, 'and forgotten');
    assert.equal(await scene.live('shared'), standing);
    for (const subject of ['alice', 'carol']) tokenOf(await scene.as(subject, 'token', { force_refresh: true }));
  });
});
