import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig, type Environment } from '../../../../src/config/index.ts';
import { membersAt } from '../../../../src/config/providers-file/schema.ts';
import { temporaryDirectory } from '../../../support/stores/open-test-stores.ts';
import { problemsOf, withKeys } from '../../../support/environments.ts';

const CONSENT = { authorize_url: 'https://acme.example/authorize' };
const ACME = { client_id: 'client', client_secret_env: 'ACME_SECRET', token_url: 'https://acme.example/token' };

async function written(content: unknown, work: (env: Environment) => void): Promise<void> {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, 'providers.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  work(withKeys({ EVERGRANT_PROVIDERS: path, ACME_SECRET: 'acme-secret-value', TWO_LINES: 'acme-secret-value\nb' }));
}

describe('the file of providers', () => {
  it('gives definitions, and secrets that are not shown', async () => {
    await written({ acme: { ...ACME, client_auth: 'basic', on_reuse: 'grace', refresh_ttl_seconds: 60 } }, (env) => {
      const { config, secrets } = loadConfig(env);
      const [defined] = config.providers['oauth-2'];
      assert.deepEqual(defined?.definition, {
        name: 'acme',
        clientId: 'client',
        tokenUrl: 'https://acme.example/token',
        clientAuth: 'basic',
        body: 'form',
        onReuse: 'grace',
        refreshTtlSeconds: 60,
      });
      assert.equal(defined.clientSecret?.reveal(), 'acme-secret-value');
      assert.doesNotMatch(JSON.stringify({ config, secrets }), /acme-secret-value/);
    });
  });

  it('completes a preset, and is stronger than it', async () => {
    const google = { preset: 'google', client_id: 'client', client_secret_env: 'ACME_SECRET', scopes: ['openid'] };
    await written({ google }, (env) => {
      const definition = loadConfig(env).config.providers['oauth-2'][0]?.definition;
      assert.equal(definition?.tokenUrl, 'https://oauth2.googleapis.com/token');
      assert.deepEqual(definition.authorization?.scopes, ['openid']);
      assert.deepEqual(definition.authorization.parameters, { access_type: 'offline', prompt: 'consent' });
    });
  });

  const token = { ...ACME, token_url: undefined };
  /** What is in the file, and what is said of it: the place, what is wrong there, what is accepted. */
  const refusals: Readonly<Record<string, [content: unknown, ...said: RegExp[]]>> = {
    'is a list': [[], /holds a list, and must be an object of providers by name/],
    'is null': ['null', /holds null, and must be an object of providers by name/],
    'is a text': ['"acme-secret-value"', /holds a text, and must be an object of providers by name/],
    'is broken in the middle': [
      '{\n  "acme": {\n    "client_id": acme-secret-value\n  }\n}',
      /line 3, column 18 of .*providers\.json/,
    ],
    'lacks a comma': ['{\n  "acme": "acme-secret-value"\n  "b": 1}', /line 3, column 3 of/],
    'ends too early': ['{"acme": {"client_id": "acme-secret-value"', /it ends too early/],
    'is empty': ['', /it ends too early/],
    'is too large': [`{}${' '.repeat(1_000_000)}`, /too large/],
    'has a name in capitals': [{ 'Ac me': ACME }, /"Ac me" is not a name.*\n.*up to 32 lower case letters, digits/],
    'has a name that is taken': [
      { cronofy: ACME },
      /cronofy is a provider with variables of its own.*\n.*another name/,
    ],
    'has no provider in its place': [
      { acme: 'acme-secret-value' },
      /acme is a text\.\n.*object of members.*adding\.md/,
    ],
    'has a member that is not known': [
      { acme: { ...ACME, token_uri: 'acme-secret-value' } },
      /acme\.token_uri is not a member\.\n *Did you mean token_url\?/,
    ],
    'has a member like no other': [
      { acme: { ...ACME, zzz: 1 } },
      /acme\.zzz is not a member\.\n *Accepted: preset, .*pkce/,
    ],
    'has an unknown member of an account': [
      { acme: { ...ACME, ...CONSENT, account: { url: 'https://acme.example/me', id: 'id', emial: 'e' } } },
      /acme\.account\.emial is not a member\.\n *Did you mean email\?/,
    ],
    'has an account without its id': [
      { acme: { ...ACME, ...CONSENT, account: { url: 'https://acme.example/me' } } },
      /acme\.account\.id is missing\.\n *Accepted: .*data\.id/,
    ],
    'has a plain http URL': [
      { acme: { ...ACME, token_url: 'http://acme.example/token' } },
      /acme\.token_url is a text that does not fit\.\n *Accepted: an https URL/,
    ],
    'has a number in the place of a URL': [{ acme: { ...ACME, revoke_url: 7 } }, /acme\.revoke_url is a number\.\n/],
    'has too low a number': [
      { acme: { ...ACME, refresh_idle_ttl_seconds: 0 } },
      /acme\.refresh_idle_ttl_seconds is a number that does not fit\.\n *Accepted: a whole number of seconds from 1/,
    ],
    'has a wrong signal': [
      {
        acme: {
          ...ACME,
          dead_grant: [
            { status: 401, error: 'x' },
            { status: 200, error: 'x' },
            { status: 199, error: 'x' },
          ],
        },
      },
      /acme\.dead_grant\[2\]\.status is a number that does not fit\.\n *Accepted: a status from 200 to 599/,
    ],
    'has an unknown preset': [{ acme: { ...ACME, preset: 'yahoo' } }, /acme\.preset .*\n *Accepted: calendly, google/],
    'has neither preset nor token_url': [
      { acme: token },
      /acme\.token_url is missing\.\n *Accepted: an https URL.*or a preset: calendly, google, microsoft/,
    ],
    'has no client': [
      { acme: { ...ACME, client_id: undefined } },
      /acme\.client_id is missing\.\n *Accepted: the client id/,
    ],
    'names no variable for the secret': [
      { acme: { ...ACME, client_secret_env: undefined } },
      /acme\.client_secret_env is missing\.\n.*"none" for a public client/,
    ],
    'names a variable that is not set': [
      { acme: { ...ACME, client_secret_env: 'NOWHERE' } },
      /acme\.client_secret_env names a variable that is not set/,
    ],
    'has the secret itself in the place of its variable': [
      { acme: { ...ACME, client_secret_env: 'acme-secret-value' } },
      /acme\.client_secret_env names a variable that is not set\.\n.*not the secret itself/,
    ],
    'names a variable that holds no secret': [
      { acme: { ...ACME, client_secret_env: 'TWO_LINES' } },
      /acme\.client_secret_env names a variable whose value holds white space/,
    ],
    'asks for a consent that nobody can give': [
      { acme: { ...ACME, scopes: ['calendar'] } },
      /acme\.authorize_url is missing\.\n *Accepted: an https URL/,
    ],
    'does not say whose account it is': [
      { acme: { ...ACME, authorize_url: 'https://acme.example/authorize' } },
      /acme\.account is missing\.\n.*as authorize_url is given/,
    ],
  };
  for (const [name, [content, ...said]] of Object.entries(refusals)) {
    it(`stops the start where it ${name}, and says so`, async () => {
      await written(content, (env) => {
        const { found, error } = problemsOf(env);
        assert.deepEqual(found, ['EVERGRANT_PROVIDERS'], error.message);
        for (const each of said) assert.match(error.message, each);
        assert.doesNotMatch(error.message, /acme-secret-value/);
      });
    });
  }

  it('is told of with every fault at once', async () => {
    const content = {
      acme: { ...token, client_secret_env: 'NOWHERE', scopes: 'calendar', tokenurl: 'https://acme.example/token' },
      'Ac me': 7,
      google: { preset: 'google', client_secret_env: 'ACME_SECRET', body: null },
    };
    await written(content, (env) => {
      const { found, error } = problemsOf({ ...env, EVERGRANT_PORT: 'many' });
      assert.equal(found.length, 10, error.message);
      for (const place of [
        'acme.scopes is a text',
        'acme.tokenurl is not a member.\n    Did you mean token_url?',
        'acme.token_url is missing',
        'acme.authorize_url is missing',
        'acme.client_secret_env names a variable',
        '"Ac me" is not a name',
        '"Ac me" is a number',
        'google.client_id is missing',
        'google.body is null',
        'EVERGRANT_PORT',
      ]) {
        assert.ok(error.message.includes(place), `${place}\n${error.message}`);
      }
    });
  });

  it('is looked for where it is said to be', async () => {
    await using folder = await temporaryDirectory();
    const missing = join(folder.path, 'nowhere.json');
    const said = (path: string) => problemsOf(withKeys({ EVERGRANT_PROVIDERS: path })).error.message;
    assert.match(said(missing), new RegExp(`there is no file ${missing}\\.\n`));
    assert.match(said('nowhere.json'), new RegExp(`there is no file ${resolve('nowhere.json')}\\.\n`));
    assert.match(said(folder.path), new RegExp(`names a folder: ${folder.path}`));
    assert.doesNotMatch(said(missing), /ENOENT/);
    const content = said('{"acme": {"client_secret": "acme-secret-value"}}');
    assert.match(content, /is not the path of a file/);
    assert.doesNotMatch(content, /acme-secret-value/);
  });

  it('may begin with a byte order mark, and hold nobody', async () => {
    await written('\uFEFF{}', (env) => {
      assert.deepEqual(loadConfig(env).config.providers['oauth-2'], []);
    });
  });

  it('is documented: every member once, and an example that is accepted', async () => {
    const page = readFileSync(new URL('../../../../docs/providers/adding.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => /^\| `[a-z]/.test(line));
    const named = rows.flatMap((row) => (row.split('|')[1] ?? '').match(/[a-z_]+/g) ?? []);
    for (const member of membersAt(undefined)) assert.ok(named.includes(member), member);
    for (const member of membersAt('account')) assert.ok(named.includes(member), `account.${member}`);
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    await written(example, (env) => {
      const secrets = { GOOGLE_CLIENT_SECRET: 'one', ACME_CLIENT_SECRET: 'other' };
      assert.equal(loadConfig({ ...env, ...secrets }).config.providers['oauth-2'].length, 2);
    });
  });
});
