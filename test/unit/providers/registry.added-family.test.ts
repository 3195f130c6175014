import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startOAuth2 } from '../../../src/sandbox/index.ts';
import { inTime, newWorkFolder, startCommand, type Ended } from '../../support/start-command.ts';
import { call, toProblem, tokenOf } from '../../support/service/answer.ts';
import { jwt, JWT_SECRET, newKeyRing } from '../../support/service/credentials.ts';
import { readRows } from '../../support/service/start-service.ts';
import { Browser } from '../../support/linking/browser.ts';
import { MAIN_WITH_ACME } from './evergrant-with-acme.ts';

const RETURN_URL = 'http://127.0.0.1:9/linked';
const CLIENT = { ACME_CLIENT_ID: 'sandbox-oauth2-client', ACME_CLIENT_SECRET: 'sandbox-oauth2-secret' };

type Environment = Readonly<Record<string, string>>;

function environment(cwd: string, more: Environment): Environment {
  return {
    EVERGRANT_PORT: '0',
    EVERGRANT_DATABASE_URL: `sqlite:${join(cwd, 'evergrant.db')}`,
    EVERGRANT_ENCRYPTION_KEYS: newKeyRing(),
    EVERGRANT_JWT_SECRET: JWT_SECRET,
    EVERGRANT_RETURN_URLS: RETURN_URL,
    ...more,
  };
}

/** Runs a command to its end. */
async function run(args: readonly string[], cwd: string, env: Environment = {}): Promise<Ended> {
  await using command = startCommand(process.execPath, [MAIN_WITH_ACME, ...args], { cwd, env });
  return await inTime(command.ended, () => `${args.join(' ')} should have ended\n${command.stderr()}`);
}

/** Starts the service, and gives a way to call its API of connections as a user. */
async function serve(cwd: string, env: Environment) {
  const command = startCommand(process.execPath, [MAIN_WITH_ACME, 'serve'], { cwd, env });
  await command.printed(/listens on/);
  const url = /listens on (\S+)/.exec(command.stdout())?.[1] ?? '';
  return {
    url,
    as: (subject: string, method: string, path = '', body?: object) =>
      call(`${url}/api/v1/connections/${path}`, method, { bearer: jwt(subject), body }),
    [Symbol.asyncDispose]: () => command.kill(),
  };
}

describe('a family that was added by a folder and a line of the list', { concurrency: 2 }, () => {
  it('has its variables shown, checked and guessed, and its name kept from others', async () => {
    using folder = newWorkFolder();
    const env = environment(folder.path, {});
    const { stdout: help } = await run(['serve', '--help'], folder.path);
    assert.match(help, /ACME_URL\n +Where Acme is\. \[https:\/\/acme\.example\]/);
    assert.match(
      (await run(['doctor'], folder.path, env)).stdout,
      /None is configured\. Set CAL_COM_CLIENT_ID, .*, EVERGRANT_PROVIDERS or ACME_CLIENT_ID\.\n/,
    );
    writeFileSync(join(folder.path, 'providers.json'), '{"acme": {}}');
    const { code, stderr } = await run(['serve'], folder.path, {
      ...env,
      ACME_CLIENT_ID: 'mine',
      ACME_URL: 'http://acme.example',
      EVERGRANT_PROVIDERS: 'providers.json',
    });
    assert.equal(code, 1);
    assert.match(stderr, /ACME_CLIENT_SECRET is not set, but ACME_CLIENT_ID is\.\n.*page of your Acme app/);
    assert.match(stderr, /ACME_URL would send secrets unencrypted/);
    assert.match(stderr, /acme is a provider with variables of its own/);
    const { stdout: odd } = await run(['doctor'], folder.path, { ...env, ACME_CLIENT_IDD: 'mine' });
    assert.match(odd, /ACME_CLIENT_IDD is not a variable .* did you mean ACME_CLIENT_ID\?/);
  });

  it('is linked, imported, listed and refreshed as any other', async () => {
    using folder = newWorkFolder();
    await using upstream = await startOAuth2({ port: 0, host: '127.0.0.1' });
    const env = environment(folder.path, { ...CLIENT, ACME_URL: upstream.url });
    const { stdout: found } = await run(['doctor'], folder.path, env);
    assert.match(found, /^ok {2}acme: .* accepts sandbox-oauth2-client\.$/m);
    assert.match(found, /^odd acme redirect URI: /m);

    const made = await call(`${upstream.url}/__sandbox/accounts`, 'POST', { body: { sub: 'ben' } });
    assert.equal(made.status, 201, made.text);
    const line = { subject: 'ben', provider: 'acme', account_id: 'ben', refresh_token: made.json[0].refresh_token };
    writeFileSync(join(folder.path, 'tokens.jsonl'), JSON.stringify(line), { mode: 0o600 });
    const imported = await run(['import', 'tokens.jsonl'], folder.path, env);
    assert.match(imported.stdout, /Imported: 1\./, imported.stderr);

    await using service = await serve(folder.path, env);
    const { linkable } = (await service.as('alice', 'GET')).json;
    assert.deepEqual(linkable, ['acme']);
    const { authorize_url: url } = (await service.as('alice', 'POST', 'acme/authorize/', {})).json;
    const browser = new Browser();
    const consent = await browser.open(String(url), RETURN_URL);
    const back = new URL((await browser.submit(consent, { account: 'alice', decision: 'allow' }, RETURN_URL)).url);
    const code = back.searchParams.get('evergrant_code');
    assert.equal((await service.as('alice', 'POST', 'acme/complete/', { code })).status, 200);

    for (const subject of ['alice', 'ben']) {
      const first = tokenOf(await service.as(subject, 'POST', 'acme/token/'));
      const next = tokenOf(await service.as(subject, 'POST', 'acme/token/', { force_refresh: true }));
      assert.notEqual(next.access_token, first.access_token);
      const shown = await call(`${upstream.url}/userinfo`, 'GET', { bearer: next.access_token });
      assert.equal(shown.json.sub, subject);
      const { connections } = (await service.as(subject, 'GET')).json;
      assert.deepEqual([connections[0].provider, connections[0].account.id], ['acme', subject]);
    }
    const page = { origin: 'https://app.example.com', permissions: ['embed'] };
    const ask = (permissions: string[]) =>
      service.as('alice', 'POST', 'acme/token/', { frontend: { ...page, permissions } });
    assert.deepEqual(tokenOf(await ask(['embed'])).frontend.permissions, ['embed']);
    const { errors } = toProblem(await ask(['embed', 'agenda']), 400, 'invalid_request');
    assert.deepEqual(errors, [{ field: 'frontend.permissions.1', message: 'Accepted are embed.' }]);
    const title = await call(`${service.url}/linked?evergrant_error=access_denied&evergrant_provider=acme`, 'GET');
    assert.match(title.text, /Acme was not linked/);
    const realms = readRows(join(folder.path, 'evergrant.db'), 'select distinct realm from grants');
    assert.deepEqual(realms, [{ __proto__: null, realm: `acme ${upstream.url} sandbox-oauth2-client` }]);
  });
});
