import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  answeringServer,
  httpAnswer,
  type AnsweringServer,
  type RawAnswer,
} from '../support/service/answering-server.ts';
import { environment } from '../support/service/start-service.ts';
import { startOAuth2 } from '../../src/sandbox/index.ts';
import { evergrant, newWorkFolder } from '../support/start-command.ts';

const SECRET = 'the-secret-4f9c';
const MADE_UP = /^evergrant-asks-/;

/** A definition and the command on it. */
function newScene(definition: object, origin: string) {
  const folder = newWorkFolder();
  const path = join(folder.path, 'providers.json');
  const all = { client_id: 'cid', client_secret_env: 'ACME_SECRET', token_url: '{at}/token', ...definition };
  writeFileSync(path, JSON.stringify({ acme: all }).replaceAll('{at}', origin));
  const more = { EVERGRANT_PROVIDERS: path, ACME_SECRET: SECRET, EVERGRANT_PUBLIC_URL: 'http://127.0.0.1:4000' };
  const noCalCom = { CAL_COM_CLIENT_ID: '', CAL_COM_CLIENT_SECRET: '', EVERGRANT_RETURN_URLS: 'http://127.0.0.1:9/' };
  const env = environment('http://127.0.0.1:9', join(folder.path, 'evergrant.db'), { ...more, ...noCalCom });
  return {
    run: (...args: string[]) => evergrant(args, { cwd: folder.path, env }),
    check: async () => {
      const { code, stdout, stderr } = await evergrant(['providers', 'check', 'acme', '--json'], {
        cwd: folder.path,
        env,
      });
      assert.ok(!stdout.includes(SECRET) && !stderr.includes(SECRET));
      const steps: { step: string; verdict: string; detail: string }[] = JSON.parse(stdout);
      return { code, steps, of: (step: string) => steps.filter((each) => each.step === step) };
    },
    [Symbol.dispose]: () => {
      folder[Symbol.dispose]();
    },
  };
}

const LINKABLE = { authorize_url: '{at}/authorize', revoke_url: '{at}/revoke', account: { url: '{at}/me', id: 'id' } };

function refused(error: unknown, status = 400): RawAnswer {
  return httpAnswer({ error }, { status });
}

/** A server that keeps to the standard but for these answers. */
async function startServer(answers: Record<string, RawAnswer> = {}): Promise<AnsweringServer> {
  const server = await answeringServer();
  const token: RawAnswer = ({ fields }) =>
    fields['client_secret'] === SECRET
      ? httpAnswer({ error: 'invalid_grant' }, { status: 400 })
      : httpAnswer({ error: 'invalid_client' }, { status: 401 });
  const standard = { '/authorize': httpAnswer('<html>', {}), '/token': token, '/revoke': httpAnswer('') };
  const all = { ...standard, '/me': httpAnswer('', { status: 401 }), ...answers };
  for (const [path, answer] of Object.entries(all)) server.answer(path, answer);
  return server;
}

describe('evergrant providers check', { concurrency: 2 }, () => {
  it('finds a definition that fits its server good, and presents made-up tokens alone', async () => {
    await using server = await startServer();
    using scene = newScene(LINKABLE, server.origin);
    const { code, steps } = await scene.check();
    assert.deepEqual(
      steps.map(({ step, verdict }) => `${step} ${verdict}`),
      ['name', 'authorize_url', 'refresh token', 'client', 'code', 'revoke_url', 'account.url'].map(
        (step) => `${step} good`,
      ),
    );
    assert.equal(code, 0);
    for (const { fields } of server.requests) {
      for (const name of ['refresh_token', 'code', 'token']) assert.match(fields[name] ?? 'evergrant-asks-', MADE_UP);
    }
    assert.equal(server.requests.find(({ url }) => url.pathname === '/me')?.headers['authorization'], undefined);
  });

  it('asks as the definition does', async () => {
    await using server = await startServer();
    const definition = {
      ...LINKABLE,
      token_parameters: { resource: 'of-a-code' },
      refresh_parameters: { resource: 'of-a-refresh' },
      refresh_scopes: ['one', 'two'],
      revoke_parameters: { token_type_hint: 'refresh_token' },
      headers: { 'x-version': '7' },
      account: { url: '{at}/me', id: 'id', method: 'POST', body: { query: 'me' } },
    };
    using scene = newScene(definition, server.origin);
    await scene.check();
    const of = (path: string) => server.requests.filter(({ url }) => url.pathname === path);
    const refreshes = of('/token').filter(({ fields }) => fields['grant_type'] === 'refresh_token');
    assert.ok(refreshes.length > 0);
    for (const { fields } of refreshes)
      assert.deepEqual([fields['resource'], fields['scope']], ['of-a-refresh', 'one two']);
    const [code] = of('/token').filter(({ fields }) => fields['grant_type'] === 'authorization_code');
    assert.equal(code?.fields['resource'], 'of-a-code');
    assert.equal(of('/revoke')[0]?.fields['token_type_hint'], 'refresh_token');
    const [account] = of('/me');
    assert.deepEqual([account?.method, account?.fields['query'], account?.headers['x-version']], ['POST', 'me', '7']);
  });

  const FINDINGS: [name: string, answers: Record<string, RawAnswer>, step: string, verdict: string, says: RegExp][] = [
    [
      'a dead refresh token in words of its own',
      { '/token': httpAnswer({ error: 'token_is_dead' }) },
      'refresh token',
      'odd',
      /"dead_grant": \[\{"status":200,"error":"token_is_dead"\}\]/,
    ],
    [
      'a dead refresh token by a number elsewhere',
      { '/token': httpAnswer({ code: 20026, msg: 'no' }, { status: 400 }) },
      'refresh token',
      'odd',
      /"dead_grant": \[\{"status":400,"error":"20026","at":"code"\}\]/,
    ],
    [
      'a redirect',
      { '/token': httpAnswer('', { status: 308, headers: { location: '/token/' } }) },
      'refresh token',
      'bad',
      /HTTP 308 to http:\/\/127\.0\.0\.1:\d+\/token\/.*token_url/,
    ],
    [
      'a wrong URL',
      { '/token': httpAnswer('<html>', { status: 404 }) },
      'refresh token',
      'bad',
      /HTTP 404.*check token_url/,
    ],
    [
      'a client that it takes by Basic alone',
      {
        '/token': ({ headers }) =>
          headers['authorization'] === undefined
            ? httpAnswer({ error: 'invalid_client' }, { status: 401 })
            : httpAnswer({ error: 'invalid_grant' }, { status: 400 }),
      },
      'client',
      'bad',
      /"client_auth": "basic"/,
    ],
    [
      'a client that it does not take',
      { '/token': refused('invalid_client', 401) },
      'client',
      'bad',
      /client_secret_env/,
    ],
    [
      'no look at the secret',
      { '/token': refused('invalid_grant') },
      'client',
      'odd',
      /wrong secret.*dead refresh token/,
    ],
    [
      'a wrong secret in words of its own',
      {
        '/token': ({ fields }) =>
          fields['client_secret'] === SECRET
            ? httpAnswer({ error: 'invalid_grant' }, { status: 400 })
            : httpAnswer({ error: 'secret_is_wrong' }, { status: 403 }),
      },
      'client',
      'odd',
      /"wrong_client": \[\{"status":403,"error":"secret_is_wrong"\}\]/,
    ],
    [
      'an error instead of a page',
      {
        '/authorize': ({ url }) =>
          httpAnswer('', {
            status: 302,
            headers: {
              location: `${url.searchParams.get('redirect_uri') ?? ''}?error=invalid_scope&error_description=calender`,
            },
          }),
      },
      'authorize_url',
      'bad',
      /invalid_scope: calender.*\/connect\/acme\/callback/,
    ],
    ['a page that refuses', { '/authorize': httpAnswer('', { status: 400 }) }, 'authorize_url', 'bad', /client_id/],
    ['a revocation it has not', { '/revoke': httpAnswer('', { status: 404 }) }, 'revoke_url', 'bad', /revoke_url/],
    ['an account it has not', { '/me': httpAnswer('', { status: 404 }) }, 'account.url', 'bad', /account\.url/],
    ['an account for anybody', { '/me': httpAnswer({ id: 1 }) }, 'account.url', 'odd', /HTTP 200/],
  ];
  for (const [name, answers, step, verdict, says] of FINDINGS) {
    it(`says what to write where the server has ${name}`, async () => {
      await using server = await startServer(answers);
      using scene = newScene(LINKABLE, server.origin);
      const { code, steps, of } = await scene.check();
      const [found] = of(step);
      assert.equal(found?.verdict, verdict, JSON.stringify(steps));
      assert.match(found.detail, says);
      const isBad = steps.some((each) => each.verdict === 'bad');
      assert.equal(code, isBad ? 1 : 0);
    });
  }

  it('finds that nobody is there', async () => {
    using scene = newScene(LINKABLE, 'http://127.0.0.1:9');
    const { code, of } = await scene.check();
    assert.equal(code, 1);
    assert.match(of('refresh token')[0]?.detail ?? '', /could not connect \(ECONNREFUSED\)/);
  });

  it('prints a line a step, and knows no other provider', async () => {
    await using sandbox = await startOAuth2({ port: 0 });
    const account = { url: '{at}/userinfo', id: 'sub' };
    const definition = {
      authorize_url: '{at}/authorize',
      revoke_url: '{at}/revoke',
      account,
      client_id: 'sandbox-oauth2-client',
    };
    using scene = newScene(definition, sandbox.url);
    const { stdout } = await scene.run('providers', 'check', 'acme');
    assert.match(stdout, /^ok {2}refresh token: A made-up refresh token|^odd refresh token: The server looks/m);
    const other = await scene.run('providers', 'check', 'nobody');
    assert.equal(other.code, 1);
    assert.match(other.stderr, /nobody/);
  });
});

describe('evergrant doctor', () => {
  for (const [name, answer, verdict, exit] of [
    ["a 200 with GitHub's refusal", refused('bad_refresh_token', 200), 'good', 0],
    ['a refusal in words of its own', refused('token_is_dead', 403), 'odd', 0],
    ['a refused client', refused('invalid_client', 401), 'bad', 1],
    ['a wrong URL', httpAnswer('<html>', { status: 404 }), 'bad', 1],
  ] as const) {
    it(`finds ${name} ${verdict}`, async () => {
      await using server = await startServer({ '/token': answer });
      using scene = newScene({}, server.origin);
      const { code, stdout } = await scene.run('doctor', '--json');
      const findings: { check: string; verdict: string; detail: string }[] = JSON.parse(stdout);
      const found = findings.find(({ check }) => check === 'acme');
      assert.equal(found?.verdict, verdict, stdout);
      assert.equal(code, exit, stdout);
      if (verdict === 'odd') assert.match(found.detail, /evergrant providers check acme/);
    });
  }
});
