import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Browser } from '../../support/linking/browser.ts';
import { startBareOAuth2, type BareOAuth2, type TokenScript } from '../../support/servers/bare-oauth-2.ts';
import { toProblem, tokenOf, type Answer } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { readRows, startService, type Service } from '../../support/service/start-service.ts';
import { evergrant } from '../../support/start-command.ts';
import { temporaryDirectory } from '../../support/stores/open-test-stores.ts';

const RETURN_URL = 'http://127.0.0.1:9/linked';

/** A service before one provider that tells little, and a user who links there. */
interface Scene extends AsyncDisposable {
  readonly service: Service;
  readonly server: BareOAuth2;
  as(method: string, path: string, body?: object): Promise<Answer>;
  token(body?: object): Promise<Answer>;
  link(): Promise<Answer>;
  import(line: object): Promise<string>;
  events(): string[];
}

async function startScene(answer: TokenScript, definition: object = {}): Promise<Scene> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryDirectory());
  const server = started.use(await startBareOAuth2(answer));
  const path = join(folder.path, 'providers.json');
  writeFileSync(path, JSON.stringify({ x: { ...server.definition, ...definition } }));
  const env = { EVERGRANT_PROVIDERS: path, BARE_CLIENT_SECRET: 'secret', EVERGRANT_RETURN_URLS: RETURN_URL };
  const service = started.use(await startService({ env }));
  const parts = started.move();
  const as = (method: string, at: string, body?: object) =>
    service.call(method, `/api/v1/connections/${at}`, { bearer: jwt('alice'), body });
  return {
    service,
    server,
    as,
    token: (body = {}) => as('POST', 'x/token/', body),
    link: async () => {
      const { json } = await as('POST', 'x/authorize/', {});
      const { url } = await new Browser().open(String(json.authorize_url), RETURN_URL);
      return as('POST', 'x/complete/', { code: new URL(url).searchParams.get('evergrant_code') ?? '' });
    },
    import: async (line) => {
      const file = join(folder.path, 'tokens.jsonl');
      writeFileSync(file, `${JSON.stringify({ subject: 'alice', provider: 'x', account_id: 'a1', ...line })}\n`, {
        mode: 0o600,
      });
      const { stdout, stderr } = await evergrant(['import', file], { cwd: folder.path, env: service.env });
      return stdout + stderr;
    },
    events: () => readRows(service.databasePath, 'select type from events order by id').map(({ type }) => String(type)),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

const BARE = { access_token: 'gho-1', token_type: 'bearer' };

describe('a token that came without an end and without a refresh token', { concurrency: 2 }, () => {
  it('is served for as long as nobody reports it, and says so', async () => {
    await using scene = await startScene(() => ({ body: BARE }), { default_access_ttl_seconds: 1 });
    const linked = await scene.link();
    assert.equal(linked.status, 200, linked.text);
    await delay(1_600);
    for (const body of [{}, { min_ttl: 86_400 }, { force_refresh: true }]) {
      const { access_token, ...said } = (await scene.token(body)).json;
      assert.equal(access_token, 'gho-1');
      assert.deepEqual(said, { token_type: 'Bearer', refreshed: false, long_lived: true, renewable: false });
    }
    const { expires_in, long_lived, renewable, status } = (await scene.as('GET', 'x/')).json;
    assert.deepEqual(
      { expires_in, long_lived, renewable, status },
      {
        expires_in: null,
        long_lived: true,
        renewable: false,
        status: 'active',
      },
    );
    assert.equal(scene.server.asked.length, 1);
  });

  it('ends with its report, for everybody and at once, and is told once', async () => {
    await using scene = await startScene(() => ({ body: BARE }));
    await scene.link();
    assert.equal(tokenOf(await scene.token({ rejected_access_token: 'another' })).access_token, 'gho-1');
    assert.deepEqual(scene.events(), ['grant.created', 'grant.unrenewable']);
    const reports = Array.from({ length: 4 }, () => scene.token({ rejected_access_token: 'gho-1' }));
    for (const answer of await Promise.all(reports)) toProblem(answer, 409, 'reconnect_required');
    toProblem(await scene.token(), 409, 'reconnect_required');
    const { status, renewable } = (await scene.as('GET', 'x/')).json;
    assert.deepEqual([status, renewable], ['reconnect_required', false]);
    assert.deepEqual(scene.events().slice(2), ['grant.reconnect_required']);
    const [loss] = readRows(scene.service.databasePath, "select reason from events where type like '%required'");
    assert.equal(loss.reason, 'refused');
  });

  it('is followed by what the user consents to next, even the same token again', async () => {
    await using scene = await startScene(() => ({ body: BARE }));
    await scene.link();
    toProblem(await scene.token({ rejected_access_token: 'gho-1' }), 409, 'reconnect_required');
    await scene.link();
    assert.equal(tokenOf(await scene.token()).access_token, 'gho-1');
    assert.deepEqual(scene.events().slice(2), ['grant.reconnect_required', 'grant.recovered', 'grant.unrenewable']);
  });

  it('may be imported', async () => {
    await using scene = await startScene(() => ({ status: 500, body: {} }));
    assert.match(await scene.import({ access_token: 'gho-1' }), /Imported: 1/);
    const { long_lived, renewable, access_token } = (await scene.token()).json;
    assert.deepEqual([access_token, long_lived, renewable], ['gho-1', true, false]);
    assert.deepEqual(scene.events(), ['grant.created', 'grant.unrenewable']);
    toProblem(await scene.token({ rejected_access_token: 'gho-1' }), 409, 'reconnect_required');
    // The operator knows better.
    await scene.import({ access_token: 'gho-1' });
    assert.equal(tokenOf(await scene.token()).access_token, 'gho-1');
  });
});

describe('a lifetime that the provider states', { concurrency: 2 }, () => {
  for (const refresh_token of [undefined, 'r-1']) {
    it(`of 60 days is believed ${refresh_token === undefined ? 'without' : 'with'} a refresh token`, async () => {
      const body = { access_token: 'li-1', expires_in: 5_184_000, token_type: 'Bearer', refresh_token };
      await using scene = await startScene(() => ({ body }));
      await scene.link();
      const { expires_in, long_lived, renewable } = (await scene.token()).json;
      assert.ok(expires_in > 5_000_000, String(expires_in));
      assert.deepEqual([long_lived, renewable], [false, refresh_token !== undefined]);
    });
  }

  it('is cut where the definition says so, and by ten years', async () => {
    const body = { access_token: 'li-1', expires_in: 1e12, token_type: 'Bearer' };
    await using cut = await startScene(() => ({ body }), { longest_access_ttl_seconds: 100 });
    await cut.link();
    assert.ok((await cut.token()).json.expires_in <= 100);
    await using free = await startScene(() => ({ body }));
    await free.link();
    const { expires_in, long_lived } = (await free.token()).json;
    assert.ok(expires_in > 315_000_000 && expires_in <= 315_360_000, String(expires_in));
    assert.equal(long_lived, false);
  });

  it('of a token that can be renewed is guessed where it is missing', async () => {
    const body = { access_token: 'a-1', token_type: 'Bearer', refresh_token: 'r-1' };
    await using scene = await startScene(() => ({ body }));
    await scene.link();
    const { expires_in, long_lived, renewable } = (await scene.token()).json;
    assert.ok(expires_in > 290 && expires_in <= 300, String(expires_in));
    assert.deepEqual([long_lived, renewable], [false, true]);
  });

  it('of an imported token ends it, and what cannot be renewed then says so', async () => {
    await using scene = await startScene(() => ({ status: 500, body: {} }));
    await scene.import({ access_token: 'a-1', expires_at: new Date(Date.now() + 2_000).toISOString() });
    const { expires_in, long_lived, renewable } = (await scene.token()).json;
    assert.deepEqual([expires_in <= 2, long_lived, renewable], [true, false, false]);
    await delay(2_200);
    assert.equal((await scene.as('GET', 'x/')).json.status, 'reconnect_required');
    toProblem(await scene.token(), 409, 'reconnect_required');
    assert.match(await scene.import({ access_token: 'a-2', expires_at: '2026-01-01' }), /has expired/);
  });
});

describe('a grant that nothing can renew', () => {
  it('says so when it is made: in the answer, the connection, an event and the log', async () => {
    const body = { access_token: 'g-1', expires_in: 3600, token_type: 'Bearer' };
    await using scene = await startScene(() => ({ body }));
    const linked = await scene.link();
    assert.equal(linked.json.renewable, false);
    const { renewable, expires_in } = (await scene.token()).json;
    assert.deepEqual([renewable, expires_in > 3500], [false, true]);
    assert.deepEqual(scene.events(), ['grant.created', 'grant.unrenewable']);
    const logged = scene.service.logs.map((line) => JSON.parse(line)).find(({ type }) => type === 'grant.unrenewable');
    assert.equal(logged.level, 40);
  });
});

describe('a refresh token that was refused by mistake', () => {
  it('is taken and tried again when the operator imports it once more', async () => {
    await using scene = await startScene(() => ({ status: 400, body: { error: 'invalid_grant' } }));
    const line = { refresh_token: 'rt-0' };
    await scene.import(line);
    toProblem(await scene.token(), 409, 'reconnect_required');
    scene.server.answer = () => ({
      body: { access_token: 'at-1', refresh_token: 'rt-1', token_type: 'Bearer', expires_in: 3600 },
    });
    await scene.import(line);
    assert.equal(tokenOf(await scene.token()).access_token, 'at-1');
    assert.deepEqual(
      scene.server.asked.map((grant) => grant.get('refresh_token')),
      ['rt-0', 'rt-0'],
    );
    // It has a successor now, and stays where it is.
    await scene.import(line);
    assert.equal(tokenOf(await scene.token()).access_token, 'at-1');
    scene.server.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
    toProblem(await scene.token({ rejected_access_token: 'at-1' }), 409, 'reconnect_required');
    await scene.import(line);
    toProblem(await scene.token(), 409, 'reconnect_required');
    assert.deepEqual(scene.server.asked.at(-1)?.get('refresh_token'), 'rt-1');
  });
});
