import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { loadConfig, type Environment } from '../../../../src/config/index.ts';
import { problemsOf, withKeys } from '../../../support/environments.ts';
import { selfSignedCertificate } from '../../../support/servers/self-signed-certificate.ts';
import { temporaryDirectory } from '../../../support/stores/open-test-stores.ts';

const ACME = { client_id: 'client', client_secret_env: 'ACME_SECRET', token_url: 'https://acme.example/token' };
const PEM = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;
const CONSENT = { authorize_url: 'https://acme.example/authorize' };
const BY_KEY = { client_id: 'client', client_auth: 'private_key_jwt', token_url: 'https://acme.example/token' };
const BY_CERTIFICATE = { ...BY_KEY, client_auth: 'tls_client_auth' };

async function written(acme: (folder: string) => object, work: (env: Environment) => void): Promise<void> {
  await using folder = await temporaryDirectory();
  const at = (name: string) => join(folder.path, name);
  writeFileSync(at('providers.json'), JSON.stringify({ acme: acme(folder.path) }));
  writeFileSync(at('key.pem'), PEM);
  writeFileSync(at('tls.crt'), selfSignedCertificate.cert);
  writeFileSync(at('tls.key'), selfSignedCertificate.key);
  writeFileSync(at('empty'), '');
  work(withKeys({ EVERGRANT_PROVIDERS: at('providers.json'), ACME_SECRET: 'acme-secret-value', ACME_KEY: PEM }));
}

describe('what requests say besides, in the file of providers', () => {
  it('is all of it in the definition, headers in lower case', async () => {
    const said = {
      client_auth: 'basic_and_id',
      headers: { 'Notion-Version': '2026-03-11' },
      token_parameters: { audience: 'a' },
      refresh_parameters: { resource: 'b' },
      refresh_scopes: ['c'],
      revoke_parameters: { token_type_hint: 'refresh_token' },
      hand_on: ['instance_url', 'callback.realmId'],
    };
    await written(
      () => ({ ...ACME, ...said }),
      (env) => {
        const definition = loadConfig(env).config.providers['oauth-2'][0]?.definition;
        assert.deepEqual(definition, {
          name: 'acme',
          clientId: 'client',
          tokenUrl: 'https://acme.example/token',
          clientAuth: 'basic_and_id',
          body: 'form',
          onReuse: 'reject',
          headers: { 'notion-version': '2026-03-11' },
          tokenParameters: { audience: 'a' },
          refreshParameters: { resource: 'b' },
          refreshScopes: ['c'],
          revokeParameters: { token_type_hint: 'refresh_token' },
          handOn: ['instance_url', 'callback.realmId'],
        });
      },
    );
  });

  for (const key of [{ env: 'ACME_KEY' }, { file: 'key.pem' }]) {
    it(`has a key from ${Object.keys(key)[0]}, which is not shown, and no secret`, async () => {
      await written(
        (folder) => ({
          ...BY_KEY,
          client_key: {
            ...key,
            ...(key.file && { file: join(folder, key.file) }),
            alg: 'ES256',
            kid: 'k',
            audience: 'a',
          },
        }),
        (env) => {
          const { config } = loadConfig(env);
          const [defined] = config.providers['oauth-2'];
          assert.deepEqual(defined?.definition.clientKey, { alg: 'ES256', kid: 'k', audience: 'a' });
          assert.equal(defined.clientKey?.asymmetricKeyType, 'ec');
          assert.equal(defined.clientSecret, undefined);
          const middle = PEM.split('\n')[1] ?? '';
          assert.ok(!JSON.stringify(config).includes(middle) && !inspect(config, { depth: 9 }).includes(middle));
        },
      );
    });
  }

  it('has a certificate, whose key is not shown', async () => {
    const files = (folder: string) => ({ file: join(folder, 'tls.crt'), key_file: join(folder, 'tls.key') });
    await written(
      (folder) => ({ ...BY_CERTIFICATE, client_certificate: files(folder) }),
      (env) => {
        const { config } = loadConfig(env);
        const shown = config.providers['oauth-2'][0]?.clientCertificate;
        assert.match(shown?.certificate ?? '', /BEGIN CERTIFICATE/);
        assert.match(shown?.key.reveal() ?? '', /BEGIN PRIVATE KEY/);
        assert.doesNotMatch(JSON.stringify(config) + inspect(config, { depth: 9 }), /PRIVATE KEY/);
      },
    );
  });

  it('has values for the names in its URLs, and plain http where that is allowed, which is told', async () => {
    await written(
      () => ({
        ...ACME,
        parameters: { tenant: 'contoso', host: 'id.internal' },
        allow_http: true,
        token_url: 'http://{host}/{tenant}/token',
        authorize_url: 'https://{host}/{tenant}/authorize?t={tenant}',
        issuer: 'https://{host}/{tenant}',
        account: {
          url: 'https://{host}/me',
          id: 'data[0].id',
          method: 'POST',
          body: { a: 1 },
          headers: { 'X-A': '1' },
        },
      }),
      (env) => {
        const { config, warnings } = loadConfig({ ...env, EVERGRANT_RETURN_URLS: 'https://app.example.com/linked' });
        const definition = config.providers['oauth-2'][0]?.definition;
        assert.equal(definition?.tokenUrl, 'http://id.internal/contoso/token');
        assert.equal(definition.authorization?.url, 'https://id.internal/contoso/authorize?t=contoso');
        assert.equal(definition.authorization.issuer, 'https://id.internal/contoso');
        assert.deepEqual(definition.authorization.account, {
          url: 'https://id.internal/me',
          id: 'data[0].id',
          method: 'POST',
          body: { a: 1 },
          headers: { 'x-a': '1' },
        });
        assert.match(warnings.join('\n'), /^acme is called over plain http \(token_url\)/m);
      },
    );
  });

  /** What is in the file, and what is said of it. */
  const refusals: Readonly<Record<string, [acme: (folder: string) => object, said: RegExp]>> = {
    'names a parameter that is ours': [
      () => ({ ...ACME, refresh_parameters: { grant_type: 'password' } }),
      /acme\.refresh_parameters\.grant_type is set by Evergrant itself\.\n *Accepted: any but grant_type, code/,
    ],
    'names an assertion of its own': [
      () => ({ ...ACME, revoke_parameters: { client_assertion: 'x' } }),
      /acme\.revoke_parameters\.client_assertion is set by Evergrant itself/,
    ],
    'names a header that is ours': [
      () => ({ ...ACME, headers: { Authorization: 'acme-secret-value' } }),
      /acme\.headers\.Authorization is set by Evergrant itself\.\n *Accepted: any but authorization/,
    ],
    'names a header twice': [
      () => ({ ...ACME, headers: { 'X-A': '1', 'x-a': '2' } }),
      /acme\.headers\.x-a is there twice/,
    ],
    'has a header over two lines': [
      () => ({ ...ACME, headers: { 'x-a': 'a\r\nacme-secret-value: b' } }),
      /acme\.headers\.x-a is a text that no header can carry\.\n *Accepted: up to 1000 characters of ASCII/,
    ],
    'has a header without a name': [() => ({ ...ACME, headers: { 'a b': '1' } }), /"a b" is not a name for a header/],
    'has a number in a header': [() => ({ ...ACME, headers: { a: 1 } }), /acme\.headers\.a is a number\.\n/],
    'has an unknown way to authenticate': [
      () => ({ ...ACME, client_auth: 'digest' }),
      /acme\.client_auth .*\n *Accepted: body, basic, basic_plain, basic_and_id, private_key_jwt, tls_client_auth or none/,
    ],
    'has no key': [() => BY_KEY, /acme\.client_key is missing\.\n *Accepted: an object that names a variable/],
    'names two places for the key': [
      (folder) => ({ ...BY_KEY, client_key: { env: 'ACME_KEY', file: join(folder, 'key.pem') } }),
      /acme\.client_key must name either a variable or a file/,
    ],
    'names a variable for the key that is not set': [
      () => ({ ...BY_KEY, client_key: { env: 'NOWHERE' } }),
      /acme\.client_key names a variable that is empty\.\n *Accepted: the name of the environment variable/,
    ],
    'has the key itself in the place of its variable': [
      () => ({ ...BY_KEY, client_key: { env: 'acme-secret-value' } }),
      /acme\.client_key names a variable that is empty/,
    ],
    'names a key that is none': [
      () => ({ ...BY_KEY, client_key: { env: 'ACME_SECRET' } }),
      /acme\.client_key does not lead to a private key\.\n *Accepted: a private key in PEM or as a JWK/,
    ],
    'names a file for the key that is not there': [
      () => ({ ...BY_KEY, client_key: { file: 'acme-secret-value' } }),
      /acme\.client_key names a file that cannot be read/,
    ],
    'has a key that cannot sign that way': [
      () => ({ ...BY_KEY, client_key: { env: 'ACME_KEY', alg: 'RS256' } }),
      /acme\.client_key has a key that cannot sign by that alg\.\n *Accepted: ES256\./,
    ],
    'has an unknown member of a key': [
      () => ({ ...BY_KEY, client_key: { env: 'ACME_KEY', key_id: 'x' } }),
      /acme\.client_key\.key_id is not a member\./,
    ],
    'has no account URL': [
      () => ({ ...ACME, ...CONSENT, account: { id: 'id' } }),
      /acme\.account\.url is missing\.\n *Accepted: an https URL .*or another source in from/,
    ],
    'sends a body by GET': [
      () => ({ ...ACME, ...CONSENT, account: { url: 'https://acme.example/me', id: 'id', body: {} } }),
      /acme\.account\.body is sent by POST only/,
    ],
    'reads an account in two places': [
      () => ({ ...ACME, ...CONSENT, account: { from: 'id_token', url: 'https://acme.example/me', id: 'sub' } }),
      /acme\.account\.url has no use beside "id_token" in from/,
    ],
    'has an unfilled name in a URL': [
      () => ({ ...ACME, token_url: 'https://login.example/{tenant}/token' }),
      /acme\.token_url has \{tenant\}, which nothing fills in\.\n *Accepted: a value for it in parameters/,
    ],
    'has a name in angle brackets in a URL': [
      () => ({ ...ACME, token_url: 'https://login.example/<tenant>/token' }),
      /acme\.token_url is a text that does not fit/,
    ],
    'fills in what no URL has': [
      () => ({ ...ACME, parameters: { tenant: 'a' } }),
      /acme\.parameters\.tenant is in none of the URLs/,
    ],
    'fills in more than a part of a URL': [
      () => ({ ...ACME, token_url: 'https://login.example/{tenant}/token', parameters: { tenant: 'a/../b' } }),
      /acme\.parameters\.tenant is a text that does not fit\.\n *Accepted: up to 253 letters/,
    ],
    'has plain http': [
      () => ({ ...ACME, token_url: 'http://acme.internal/token' }),
      /acme\.token_url is a text that does not fit\.\n.*inside your own network, http with allow_http/,
    ],
    'has an account at plain http': [
      () => ({ ...ACME, ...CONSENT, account: { url: 'http://acme.internal/me', id: 'id' } }),
      /acme\.account\.url is a text that does not fit/,
    ],
    'hands on a token': [
      () => ({ ...ACME, hand_on: ['instance_url', 'refresh_token'] }),
      /acme\.hand_on\[1\] is a text that does not fit\.\n *Accepted: any but access_token and refresh_token/,
    ],
    'hands on no place': [() => ({ ...ACME, hand_on: ['a b'] }), /acme\.hand_on\[0\] is a text that does not fit/],
    'has no certificate': [() => BY_CERTIFICATE, /acme\.client_certificate is missing\.\n/],
    'has a certificate of another key': [
      (folder) => ({
        ...BY_CERTIFICATE,
        client_certificate: { file: join(folder, 'tls.crt'), key_file: join(folder, 'key.pem') },
      }),
      /acme\.client_certificate has a key that is not the one of its certificate/,
    ],
    'names a file that is no certificate': [
      (folder) => ({
        ...BY_CERTIFICATE,
        client_certificate: { file: join(folder, 'empty'), key_file: join(folder, 'key.pem') },
      }),
      /acme\.client_certificate names a file that holds no certificate/,
    ],
  };
  for (const [name, [acme, said]] of Object.entries(refusals)) {
    it(`stops the start where it ${name}, and says so`, async () => {
      await written(acme, (env) => {
        const { found, error } = problemsOf(env);
        assert.deepEqual(found, ['EVERGRANT_PROVIDERS'], error.message);
        assert.match(error.message, said);
        assert.doesNotMatch(error.message, /acme-secret-value/);
      });
    });
  }
});
