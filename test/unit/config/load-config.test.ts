import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';

import { createJwtCheck } from '../../../src/callers/jwt/check-jwt.ts';
import { CONFIG_VARIABLES, loadConfig } from '../../../src/config/index.ts';
import { parsePostgresUrl } from '../../../src/postgres-url.ts';
import { KEY, SECRET, p256, problemsOf, withKeys } from '../../support/environments.ts';

describe('loadConfig', () => {
  it('needs nothing but a key to seal tokens with', () => {
    const { config, secrets, warnings } = loadConfig(withKeys());
    assert.deepEqual(config, {
      host: '127.0.0.1',
      port: 4000,
      publicUrl: 'http://127.0.0.1:4000',
      database: { kind: 'sqlite', path: './evergrant.db' },
      rescueFolder: './evergrant.db-rescue',
      corsOrigins: [],
      providers: { 'cal-com': { managed: undefined, oauth: undefined }, cronofy: undefined, 'oauth-2': [] },
      bookings: 'managed',
      returnUrls: [],
      upstreamTimeoutMs: 120_000,
      callerWaitMs: 15_000,
      drainMs: 5_000,
      atoms: { graceMs: 86_400_000, chainMs: 604_800_000 },
      upkeep: { share: 0.5, retentionMs: 2_592_000_000, lostRetentionMs: 15_552_000_000 },
      outgoing: { userAgent: undefined, proxies: undefined },
      logLevel: 'info',
    });
    assert.deepEqual(
      secrets.encryptionKeys.map(({ id, key }) => [id, key.reveal()]),
      [['k1', KEY]],
    );
    assert.deepEqual(warnings, []);
  });

  it('reads everything', () => {
    const publicKey = p256.publicKey.export({ type: 'spki', format: 'pem' });
    const { config, secrets, warnings } = loadConfig(
      withKeys({
        EVERGRANT_HOST: '0.0.0.0',
        EVERGRANT_PORT: '8080',
        EVERGRANT_PUBLIC_URL: 'https://tokens.example.com/evergrant/',
        EVERGRANT_DATABASE_URL: 'sqlite:/var/lib/evergrant/tokens.db',
        EVERGRANT_JWT_SECRET: SECRET,
        EVERGRANT_JWT_PUBLIC_KEY: publicKey.replaceAll('\n', String.raw`\n`),
        EVERGRANT_JWKS_URL: 'https://id.example.com/jwks.json?v=1',
        EVERGRANT_JWT_ISSUER: 'https://id.example.com/',
        EVERGRANT_JWT_AUDIENCE: 'evergrant',
        EVERGRANT_JWT_SUBJECT_CLAIM: 'user_id',
        EVERGRANT_JWT_EMAIL_CLAIM: 'mail',
        EVERGRANT_JWT_NAME_CLAIM: 'full_name',
        EVERGRANT_CORS_ORIGINS: 'https://app.example.com, http://localhost:3000,capacitor://localhost',
        CAL_COM_CLIENT_ID: 'client',
        CAL_COM_CLIENT_SECRET: ' client-secret\n',
        CAL_COM_API_URL: 'http://localhost:4010/v2/',
        CAL_COM_APP_URL: 'http://localhost:4010/',
        CAL_COM_OAUTH_CLIENT_ID: 'oauth-client',
        CAL_COM_OAUTH_CLIENT_SECRET: 'oauth-secret',
        CAL_COM_OAUTH_SCOPES: 'BOOKING_READ, PROFILE_READ',
        CAL_COM_OAUTH_ENDPOINTS: 'app',
        CRONOFY_CLIENT_ID: 'cronofy-client',
        CRONOFY_CLIENT_SECRET: 'cronofy-secret',
        CRONOFY_DATA_CENTER: 'DE',
        CRONOFY_SCOPES: 'read_account',
        CRONOFY_MODE: 'managed, oauth',
        EVERGRANT_BOOKINGS: 'oauth',
        EVERGRANT_RETURN_URLS: 'https://app.example.com/linked?a=b, http://localhost:3000/,myapp://linked',
        EVERGRANT_RETURN_SCHEMES: 'myapp',
        EVERGRANT_UPSTREAM_TIMEOUT: '60',
        EVERGRANT_CALLER_WAIT: '2.5',
        EVERGRANT_DRAIN: '0',
        EVERGRANT_ATOMS_GRACE: '0',
        EVERGRANT_ATOMS_CHAIN: '3600',
        EVERGRANT_UPKEEP_SHARE: '0',
        EVERGRANT_RETENTION: '86400',
        EVERGRANT_LOST_RETENTION: '31536000',
        EVERGRANT_LOG_LEVEL: 'DEBUG',
      }),
    );
    const { managed, oauth } = config.providers['cal-com'];
    const { cronofy } = config.providers;
    assert.deepEqual(config, {
      host: '0.0.0.0',
      port: 8080,
      publicUrl: 'https://tokens.example.com/evergrant',
      database: { kind: 'sqlite', path: '/var/lib/evergrant/tokens.db' },
      rescueFolder: '/var/lib/evergrant/tokens.db-rescue',
      corsOrigins: ['https://app.example.com', 'http://localhost:3000', 'capacitor://localhost'],
      jwt: {
        publicKey,
        jwksUrl: 'https://id.example.com/jwks.json?v=1',
        issuer: 'https://id.example.com/',
        audience: 'evergrant',
        subjectClaim: 'user_id',
        emailClaim: 'mail',
        nameClaim: 'full_name',
      },
      providers: {
        'cal-com': {
          managed: {
            clientId: 'client',
            clientSecret: managed?.clientSecret,
            apiUrl: 'http://localhost:4010/v2',
            appUrl: 'http://localhost:4010',
          },
          oauth: {
            clientId: 'oauth-client',
            clientSecret: oauth?.clientSecret,
            apiUrl: 'http://localhost:4010/v2',
            appUrl: 'http://localhost:4010',
            scopes: ['BOOKING_READ', 'PROFILE_READ'],
            endpoints: 'app',
          },
        },
        cronofy: {
          clientId: 'cronofy-client',
          clientSecret: cronofy?.clientSecret,
          apiUrl: 'https://api-de.cronofy.com',
          appUrl: 'https://app-de.cronofy.com',
          scopes: ['read_account'],
          modes: ['oauth', 'managed'],
        },
        'oauth-2': [],
      },
      bookings: 'oauth',
      returnUrls: ['https://app.example.com/linked?a=b', 'http://localhost:3000/', 'myapp://linked'],
      upstreamTimeoutMs: 60_000,
      callerWaitMs: 2_500,
      drainMs: 0,
      atoms: { graceMs: 0, chainMs: 3_600_000 },
      upkeep: { share: 0, retentionMs: 86_400_000, lostRetentionMs: 31_536_000_000 },
      outgoing: { userAgent: undefined, proxies: undefined },
      logLevel: 'debug',
    });
    assert.equal(secrets.jwtSecret?.reveal(), SECRET);
    assert.equal(managed?.clientSecret.reveal(), 'client-secret');
    assert.equal(oauth?.clientSecret?.reveal(), 'oauth-secret');
    assert.equal(cronofy?.clientSecret.reveal(), 'cronofy-secret');
    assert.deepEqual(warnings, []);
  });

  it('takes an empty variable for an unset one', () => {
    const empty = Object.fromEntries(CONFIG_VARIABLES.map(({ name }) => [name, ' ']));
    assert.deepEqual(loadConfig({ ...empty, ...withKeys() }).config, loadConfig(withKeys()).config);
  });

  it('lets given defaults go before the built-in ones, and the environment before both', () => {
    const defaults = { EVERGRANT_PORT: '1', EVERGRANT_HOST: '::1', EVERGRANT_ENCRYPTION_KEYS: `dev:${KEY}` };
    const { config, secrets } = loadConfig({ EVERGRANT_PORT: '2' }, defaults);
    assert.equal(config.port, 2);
    assert.equal(config.publicUrl, 'http://[::1]:2');
    assert.equal(secrets.encryptionKeys[0]?.id, 'dev');
  });

  it("never completes half of the operator's Cal.com client with half of a default one", () => {
    const defaults = { CAL_COM_CLIENT_ID: 'sandbox', CAL_COM_CLIENT_SECRET: 'sandbox-secret' };
    assert.equal(loadConfig(withKeys(), defaults).config.providers['cal-com'].managed?.clientId, 'sandbox');
    assert.throws(
      () => loadConfig(withKeys({ CAL_COM_CLIENT_ID: 'mine' }), defaults),
      /CAL_COM_CLIENT_SECRET is not set/,
    );
  });

  it('does not read what it is not given', () => {
    process.env['EVERGRANT_PORT'] = '9999';
    assert.equal(loadConfig(withKeys()).config.port, 4000);
    delete process.env['EVERGRANT_PORT'];
    const folder = new URL('../../../src/config/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    assert.ok(files.length > 20, `${files.length} files`);
    for (const file of files) {
      const source = readFileSync(new URL(file, folder), 'utf8');
      assert.ok(!source.replaceAll('`process.env`', '').includes('process.env'), file);
    }
  });

  it('can be printed without telling a secret', () => {
    const loaded = loadConfig(
      withKeys({ EVERGRANT_JWT_SECRET: SECRET, CAL_COM_CLIENT_ID: 'c', CAL_COM_CLIENT_SECRET: 'hush-hush' }),
    );
    for (const text of [inspect(loaded, { depth: 9, showHidden: true }), JSON.stringify(loaded)]) {
      for (const secret of [SECRET, KEY, 'hush-hush']) assert.ok(!text.includes(secret));
    }
  });
});

describe('what is refused', () => {
  it('is reported all at once, with what to do', () => {
    const { found, error } = problemsOf({
      EVERGRANT_PORT: '70000',
      EVERGRANT_JWT_SECRET: 'short',
      CAL_COM_CLIENT_ID: 'client',
      EVERGRANT_LOG_LEVEL: 'loud',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    });
    assert.deepEqual(found.sort(), [
      'CAL_COM_CLIENT_SECRET',
      'EVERGRANT_ENCRYPTION_KEYS',
      'EVERGRANT_JWT_SECRET',
      'EVERGRANT_LOG_LEVEL',
      'EVERGRANT_PORT',
      'NODE_TLS_REJECT_UNAUTHORIZED',
    ]);
    assert.match(error.message, /^The configuration has 6 problems/);
    assert.match(error.message, /EVERGRANT_ENCRYPTION_KEYS is not set.*\n.*openssl rand -base64 32/);
    assert.match(error.message, /evergrant serve --help/);
    for (const { variable, problem, accepted } of error.problems) {
      assert.ok(error.message.includes(`${variable} ${problem}.`));
      assert.ok(error.message.includes(accepted));
    }
  });

  const privatePem = p256.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ type: 'spki', format: 'pem' });
  const key2 = Buffer.alloc(32, 'other key').toString('base64');
  const refusals: Readonly<Record<string, readonly string[]>> = {
    EVERGRANT_HOST: ['http://localhost', 'localhost:4000', 'a b', '-x', '::1]'],
    EVERGRANT_PORT: ['-1', '65536', '4000.5', '0x10', 'http', '1e3'],
    EVERGRANT_PUBLIC_URL: ['tokens.example.com', 'ftp://x', 'https://u:p@x.example', 'https://x/?a=1', 'https://x/#a'],
    EVERGRANT_DATABASE_URL: [
      'postgres://user:hunter2-hunter2@db',
      'postgres:evergrant',
      'postgres://user:hunter2-hunter2@db1,/evergrant',
      'postgres://user:hunter2-hunter2@db1:5432,db2:port/evergrant',
      'postgres://user:hunter2-hunter2@db1,db2',
      'postgres://user:hunter2-hunter2@db1,db2/evergrant?target_session_attrs=standby',
      'mysql://db',
      './evergrant.db',
      'sqlite:',
      'sqlite::memory:',
      'sqlite://host/db',
      'sqlite:./data/',
      'sqlite:./a.db?mode=ro',
    ],
    EVERGRANT_ENCRYPTION_KEYS: [
      KEY,
      `:${KEY}`,
      'k1:',
      `k1:${KEY.slice(4)}`,
      `k1:${KEY}AAAA`,
      `k 1:${KEY}`,
      `${'k'.repeat(33)}:${KEY}`,
      `k1:${KEY},k1:${key2}`,
      `k1:${KEY},k2:${KEY}`,
      `k1:${KEY},`,
      `k1:${Buffer.alloc(32).toString('base64')}`,
      `k1:${'*'.repeat(43)}`,
    ],
    EVERGRANT_JWT_SECRET: ['x'.repeat(31), weak],
    EVERGRANT_JWT_PUBLIC_KEY: [
      'nonsense-nonsense',
      privatePem,
      JSON.stringify(p256.privateKey.export({ format: 'jwk' })),
      '{"kty":"oct","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQ"}',
      '{"kty":',
      JSON.stringify({ ...p256.publicKey.export({ format: 'jwk' }), alg: 'HS256' }),
      JSON.stringify({ ...p256.publicKey.export({ format: 'jwk' }), use: 'enc' }),
      weak,
      p384,
    ],
    EVERGRANT_JWKS_URL: [
      'http://id.example.com/jwks',
      'id.example.com',
      'file:///etc/passwd',
      'https://u:p@id.example.com',
    ],
    EVERGRANT_CORS_ORIGINS: [
      'app.example.com',
      'https://app.example.com/',
      'https://a.example,*',
      'null',
      'https://A.example',
      ',',
    ],
    CAL_COM_API_URL: ['http://api.cal.com/v2', 'https://api.cal.com', 'api.cal.com/v2'],
    CAL_COM_APP_URL: ['http://app.cal.com', 'app.cal.com'],
    EVERGRANT_UPSTREAM_TIMEOUT: ['0', '601', '20s', '-1', 'Infinity', 'NaN', ''.padEnd(400, '9')],
    EVERGRANT_BOOKINGS: ['cal', 'OAuth', 'both'],
    EVERGRANT_RETURN_URLS: [
      'app.example.com/linked',
      'http://app.example.com/linked',
      'https://app.example.com',
      'https://app.example.com/#linked',
      'https://u:p@app.example.com/',
      'javascript:alert(1)',
      'https://a.example/,',
      'myapp://linked',
    ],
    EVERGRANT_RETURN_SCHEMES: ['javascript', 'https', 'data', 'my app', 'MyApp', 'myapp:', 'myapp://linked', ','],
    CAL_COM_OAUTH_ENDPOINTS: ['v1', 'V2', 'https://api.cal.com'],
    CAL_COM_OAUTH_SCOPES: [',', 'A"B'],
    CRONOFY_DATA_CENTER: ['xx', 'eu', 'api-de.cronofy.com'],
    CRONOFY_API_URL: ['http://api.cronofy.com', 'api.cronofy.com'],
    CRONOFY_SCOPES: [','],
    CRONOFY_MODE: ['linked', 'oauth,', 'oauth,oauth', ''.padEnd(2, ','), 'managed;oauth'],
    EVERGRANT_CALLER_WAIT: ['0', '15s', '1,5'],
    EVERGRANT_DRAIN: ['-1', '601', 'soon'],
    EVERGRANT_ATOMS_GRACE: ['24h', '-1', '99999999'],
    EVERGRANT_ATOMS_CHAIN: ['7d', '-1', '99999999'],
    EVERGRANT_UPKEEP_SHARE: ['half', '-0.1', '1', '50%'],
    EVERGRANT_RETENTION: ['30d', '3600', '-1'],
    EVERGRANT_LOST_RETENTION: ['180d', '3600', '-1'],
    EVERGRANT_LOG_LEVEL: ['verbose', 'constructor'],
  };
  for (const [variable, values] of Object.entries(refusals)) {
    it(`is, for ${variable}, what can't be meant, and the value is never told`, () => {
      for (const value of values) {
        const { found, error } = problemsOf(withKeys({ [variable]: value }));
        assert.deepEqual(found, [variable], value);
        if (value.length > 16 && !value.startsWith('http')) assert.ok(!error.message.includes(value), value);
        assert.ok(!error.message.includes('hunter2'));
      }
    });
  }

  it('is not a Postgres, whose URL is a secret and whose place is not', () => {
    const { config, secrets } = loadConfig(
      withKeys({ EVERGRANT_DATABASE_URL: 'postgres://user:hunter2-hunter2@db:5433/evergrant' }),
    );
    assert.deepEqual(config.database, { kind: 'postgres', place: 'db:5433/evergrant' });
    assert.equal(config.rescueFolder, './evergrant-rescue');
    assert.equal(secrets.databaseUrl?.reveal(), 'postgres://user:hunter2-hunter2@db:5433/evergrant');
    assert.ok(!JSON.stringify({ config, secrets }).includes('hunter2'));
  });

  it('is not a Postgres of several hosts', () => {
    const url = 'postgres://user:hunter2-hunter2@db1:5433,[::1],db3/evergrant?target_session_attrs=read-write';
    const { config, secrets } = loadConfig(withKeys({ EVERGRANT_DATABASE_URL: url }));
    assert.deepEqual(config.database, { kind: 'postgres', place: 'db1:5433,[::1],db3/evergrant' });
    assert.equal(secrets.databaseUrl?.reveal(), url);
    assert.deepEqual(parsePostgresUrl(url)?.urls, [
      'postgres://user:hunter2-hunter2@db1:5433/evergrant',
      'postgres://user:hunter2-hunter2@[::1]/evergrant',
      'postgres://user:hunter2-hunter2@db3/evergrant',
    ]);
  });

  it('is bookings of linked accounts without the client to link them by', () => {
    assert.deepEqual(problemsOf(withKeys({ EVERGRANT_BOOKINGS: 'oauth' })).found, ['EVERGRANT_BOOKINGS']);
    loadConfig(withKeys({ EVERGRANT_BOOKINGS: 'oauth', CAL_COM_OAUTH_CLIENT_ID: 'public' }));
  });

  it('is one half of a Cal.com client', () => {
    assert.deepEqual(problemsOf(withKeys({ CAL_COM_CLIENT_ID: 'c' })).found, ['CAL_COM_CLIENT_SECRET']);
    assert.deepEqual(problemsOf(withKeys({ CAL_COM_CLIENT_SECRET: 's' })).found, ['CAL_COM_CLIENT_ID']);
  });

  it('is an issuer or audience without a key to check JWTs with', () => {
    const { found } = problemsOf(withKeys({ EVERGRANT_JWT_ISSUER: 'i', EVERGRANT_JWT_AUDIENCE: 'a' }));
    assert.deepEqual(found, ['EVERGRANT_JWT_ISSUER', 'EVERGRANT_JWT_AUDIENCE']);
  });
});

describe('what is accepted', () => {
  it('are keys in both alphabets of base64, with and without padding', () => {
    const bytes = Buffer.from('fb'.repeat(31) + 'ff', 'hex');
    for (const text of [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('base64').slice(0, -1)]) {
      const { secrets } = loadConfig({ EVERGRANT_ENCRYPTION_KEYS: `new:${text}, old_1-A:${KEY}` });
      assert.deepEqual(
        secrets.encryptionKeys.map(({ id, key }) => [id, key.reveal()]),
        [
          ['new', bytes.toString('base64')],
          ['old_1-A', KEY],
        ],
      );
    }
  });

  it('are paths to SQLite as people write them', () => {
    const paths = {
      'sqlite:evergrant.db': 'evergrant.db',
      'sqlite:../x.db': '../x.db',
      'sqlite:///srv/x.db': '/srv/x.db',
    };
    for (const [url, path] of Object.entries(paths)) {
      assert.deepEqual(loadConfig(withKeys({ EVERGRANT_DATABASE_URL: url })).config.database, { kind: 'sqlite', path });
    }
  });

  it('are plain http addresses of this machine', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]', 'cal.localhost']) {
      const { config } = loadConfig(
        withKeys({ CAL_COM_CLIENT_ID: 'c', CAL_COM_CLIENT_SECRET: 's', CAL_COM_API_URL: `http://${host}:4010/v2` }),
      );
      assert.equal(config.providers['cal-com'].managed?.apiUrl, `http://${host}:4010/v2`);
    }
    for (const host of ['localhost.example.com', '127.0.0.1.example.com', '128.0.0.1', '0.0.0.0']) {
      assert.deepEqual(problemsOf(withKeys({ CAL_COM_API_URL: `http://${host}/v2` })).found, ['CAL_COM_API_URL']);
    }
  });

  it('is any origin, if that is wanted', () => {
    assert.equal(loadConfig(withKeys({ EVERGRANT_CORS_ORIGINS: '*' })).config.corsOrigins, '*');
  });

  it('is a public key as JWK', () => {
    const jwk = JSON.stringify({ ...p256.publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'a' });
    assert.equal(loadConfig(withKeys({ EVERGRANT_JWT_PUBLIC_KEY: jwk })).config.jwt?.publicKey, jwk);
  });

  it('is what an authenticator can be made of', () => {
    const keys = [
      p256.publicKey.export({ type: 'spki', format: 'pem' }),
      JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })),
      generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }),
    ];
    for (const key of keys) {
      const { config, secrets } = loadConfig(
        withKeys({ EVERGRANT_JWT_SECRET: SECRET, EVERGRANT_JWT_PUBLIC_KEY: key.replaceAll('\n', String.raw`\n`) }),
      );
      const jwt = config.jwt && { ...config.jwt, secret: secrets.jwtSecret };
      createJwtCheck(jwt ?? {}, () => 0);
    }
  });

  it('is a JWT secret to the letter', () => {
    const { secrets, warnings } = loadConfig(withKeys({ EVERGRANT_JWT_SECRET: `${SECRET} ` }));
    assert.equal(secrets.jwtSecret?.reveal(), `${SECRET} `);
    assert.match(warnings.join(), /white space/);
  });
});

describe('what is warned of', () => {
  it('is a name that looks misspelt, with the nearest one', () => {
    const { warnings } = loadConfig(
      withKeys({ EVERGRANT_JWT_SECERT: SECRET, EVERGRANT_BANANAS: '1', CAL_COM_CLIENTID: 'c', EVERGRANT_TEST_X: '1' }),
    );
    assert.equal(warnings.length, 3);
    assert.match(warnings[0] ?? '', /^CAL_COM_CLIENTID .*did you mean CAL_COM_CLIENT_ID\?$/);
    assert.match(warnings[1] ?? '', /^EVERGRANT_BANANAS .*--help/);
    assert.match(warnings[2] ?? '', /^EVERGRANT_JWT_SECERT .*did you mean EVERGRANT_JWT_SECRET\?$/);
    assert.ok(!warnings.join().includes(SECRET));
  });

  it('is a set of published keys without issuer and audience', () => {
    const { warnings } = loadConfig(withKeys({ EVERGRANT_JWKS_URL: 'https://id.example.com/jwks' }));
    assert.match(warnings.join(), /without EVERGRANT_JWT_ISSUER and EVERGRANT_JWT_AUDIENCE/);
  });

  it('is a public URL that does not fit', () => {
    assert.match(loadConfig(withKeys({ EVERGRANT_HOST: '0.0.0.0' })).warnings.join(), /http:\/\/localhost:4000/);
    const open = loadConfig(withKeys({ EVERGRANT_PUBLIC_URL: 'http://tokens.example.com' }));
    assert.match(open.warnings.join(), /not https/);
  });
});

describe('CONFIG_VARIABLES', () => {
  it('explains every variable once, in one line', () => {
    assert.equal(new Set(CONFIG_VARIABLES.map(({ name }) => name)).size, CONFIG_VARIABLES.length);
    for (const { meaning } of CONFIG_VARIABLES) assert.match(meaning, /^[A-Z'].{10,120}\.$/);
  });

  it('gives the defaults that are used', () => {
    const defaults = CONFIG_VARIABLES.flatMap((variable) => (variable.default === undefined ? [] : [variable]));
    const spelt = Object.fromEntries(defaults.map((variable) => [variable.name, variable.default]));
    assert.deepEqual(loadConfig(withKeys(spelt)).config, loadConfig(withKeys()).config);
  });
});
