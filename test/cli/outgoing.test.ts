import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { jwk, rs256, rsa } from '../support/callers/tokens.ts';
import { call, tokenOf } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { importLines } from '../support/service/import-lines.ts';
import { startServiceProcess } from '../support/service/start-service-process.ts';
import { environment, newFolder } from '../support/service/start-service.ts';
import { listening } from '../support/servers/listening.ts';
import { proxyServer } from '../support/servers/proxy-server.ts';
import { certificateElsewhere } from '../support/servers/self-signed-certificate.ts';
import { evergrant } from '../support/start-command.ts';

const OK = { access_token: 'at-1', refresh_token: 'rt-1', token_type: 'Bearer', expires_in: 3600 };

/** A provider and an issuer of keys that only a proxy leads to, and the environment of a service that uses it. */
async function newPlace() {
  await using opened = new AsyncDisposableStack();
  const { databasePath } = opened.use(newFolder());
  const userAgents: (string | undefined)[] = [];
  const server = createServer(certificateElsewhere, (request, response) => {
    userAgents.push(request.headers['user-agent']);
    const keys = [jwk(rsa.publicKey, { kid: 'k1', alg: 'RS256' })];
    response.end(JSON.stringify(request.url === '/jwks' ? { keys } : OK));
  });
  const there = opened.use(await listening(server));
  const proxy = opened.use(await proxyServer(there.port));
  const [folder, certificate] = [dirname(databasePath), join(dirname(databasePath), 'ca.pem')];
  writeFileSync(certificate, certificateElsewhere.cert);
  const provider = { client_id: 'cid', client_secret_env: 'S', token_url: 'https://oauth.example.test/x/token' };
  writeFileSync(join(folder, 'providers.json'), JSON.stringify({ x: provider }));
  const env = environment('http://127.0.0.1:9', databasePath, {
    EVERGRANT_PROVIDERS: join(folder, 'providers.json'),
    S: 'secret',
    EVERGRANT_JWKS_URL: 'https://oauth.example.test/jwks',
    HTTPS_PROXY: `http://evergrant:hunter2@127.0.0.1:${proxy.port}`,
    NODE_EXTRA_CA_CERTS: certificate,
  });
  const all = opened.move();
  return { proxy, env, folder, userAgents, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

describe('a service behind a proxy', () => {
  it('asks provider and issuer through it, under its name', { timeout: 60_000 }, async () => {
    await using place = await newPlace();
    await importLines(place.env, [{ subject: 'alice', provider: 'x', account_id: '1', refresh_token: 'rt-0' }]);
    await using service = await startServiceProcess(place.env);
    const now = Math.floor(Date.now() / 1000);
    for (const bearer of [jwt('alice'), rs256({ sub: 'alice', iat: now, exp: now + 60 }, { kid: 'k1' })]) {
      const answer = await call(`${service.url}/api/v1/connections/x/token/`, 'POST', { bearer, body: {} });
      assert.equal(tokenOf(answer).access_token, 'at-1');
    }
    assert.deepEqual([...new Set(place.proxy.requests)], ['CONNECT oauth.example.test:443']);
    assert.equal(place.userAgents.length, 2);
    for (const name of place.userAgents) assert.match(String(name), /^evergrant\/\d/);
    assert.doesNotMatch(service.output(), /hunter2/);
  });

  it('loses nothing while that refuses, and says that nothing was sent', { timeout: 60_000 }, async () => {
    await using place = await newPlace();
    await importLines(place.env, [{ subject: 'alice', provider: 'x', account_id: '1', refresh_token: 'rt-0' }]);
    await using service = await startServiceProcess(place.env);
    place.proxy.conduct = 503;
    const ask = () => call(`${service.url}/api/v1/connections/x/token/`, 'POST', { bearer: jwt('alice'), body: {} });
    assert.notEqual((await ask()).status, 200);
    assert.match(service.output(), /could not connect/);
    assert.doesNotMatch(service.output(), /hunter2/);
    assert.equal(place.userAgents.length, 0);
  });

  it('has a doctor that names it, without its password', { timeout: 60_000 }, async () => {
    await using place = await newPlace();
    const { port } = place.proxy;
    const { stdout, stderr } = await evergrant(['doctor'], {
      cwd: place.folder,
      env: { ...place.env, no_proxy: 'a.test' },
    });
    assert.match(
      stdout,
      new RegExp(`^ok +proxy: .*https URLs go through http://127\\.0\\.0\\.1:${port}, .*a\\.test\\.$`, 'm'),
    );
    assert.match(stdout, /^ok +x: oauth\.example\.test accepts cid/m);
    assert.doesNotMatch(stdout + stderr, /hunter2/);
  });
});
