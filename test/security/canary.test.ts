import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { retryAfterMs, tokenOf, type Answer } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { sendBytes } from '../support/service/raw-request.ts';
import { CLIENT_SECRET, type UpstreamCall } from '../support/service/start-sandbox.ts';
import {
  ATOMS_PATH,
  CONFIG_PATH,
  startService,
  TOKEN_PATH,
  USER_PATH,
  type Service,
} from '../support/service/start-service.ts';
import { untilServed } from '../support/scene.ts';
import { findLeaks, spellingsOf, type Canary, type Place } from '../support/leaks.ts';

const JWT_SECRET = `canary-jwt-${randomBytes(24).toString('base64url')}`;
const RING_KEY = randomBytes(32);
const DATABASE_FILES = ['', '-wal', '-shm'];

/** A service whose every answer is kept, and all that must not be seen in them. */
class Watch {
  readonly service: Service;
  readonly #secrets: Canary[] = [];
  readonly #errors: Place[] = [];
  readonly #headers: Place[] = [];

  constructor(service: Service) {
    this.service = service;
    this.guard('the client secret', CLIENT_SECRET);
    this.guard('the JWT secret', JWT_SECRET);
    this.guard('the ring key', RING_KEY);
    this.guard('the ring key in base64', RING_KEY.toString('base64'));
  }

  guard(name: string, secret: string | Buffer): void {
    this.#secrets.push({ name, bytes: Buffer.from(secret) });
  }

  /** A caller's JWT; neither it nor its signature may be seen. */
  caller(subject: string, claims: object = {}): string {
    const token = jwt(subject, claims, JWT_SECRET);
    this.guard(`the JWT of ${subject}`, token);
    this.guard(`the signature of the JWT of ${subject}`, token.split('.')[2] ?? '');
    return token;
  }

  async key(subject: string): Promise<string> {
    const key = await this.service.key({ role: 'user', subject, email: `${subject}@example.com` });
    this.guard(`the key of ${subject}`, key);
    this.guard(`the secret part of the key of ${subject}`, key.slice(-43));
    return key;
  }

  /** Keeps an answer's headers, and its body where it is not one that is to carry a token. */
  async see(name: string, answering: Promise<Answer>): Promise<Answer> {
    const answer = await answering;
    this.#headers.push({ name: `headers of ${name}`, bytes: Buffer.from(JSON.stringify([...answer.headers])) });
    const carriesToken = answer.status === 200 && answer.json?.access_token !== undefined;
    if (!carriesToken) this.#errors.push({ name: `body of ${name}`, bytes: Buffer.from(answer.text) });
    return answer;
  }

  /** As {@link Watch.see}, for an answer that must be an error. */
  async fail(name: string, answering: Promise<Answer>): Promise<Answer> {
    const answer = await this.see(name, answering);
    assert.ok(answer.status >= 400, `${name} should have failed: ${answer.status}`);
    return answer;
  }

  /** Everything that was seen from outside so far, the log, and the database as it lies on the disk. */
  places(): Place[] {
    const log = { name: 'log', bytes: Buffer.from(this.service.logs.join('')) };
    const files = DATABASE_FILES.map((suffix) => this.service.databasePath + suffix)
      .filter((path) => existsSync(path))
      .map((path) => ({ name: `file ${path.slice(path.lastIndexOf('/') + 1)}`, bytes: readFileSync(path) }));
    return [log, ...files, ...this.#headers, ...this.#errors];
  }

  /** The secrets, and every token that the sandbox ever issued. */
  async canaries(): Promise<Canary[]> {
    const { tokens } = await this.service.sandbox.control('GET', '/state');
    assert.ok(tokens.length >= 10, 'there was something to leak');
    const issued = tokens.flatMap(({ token, kind }: { token: string; kind: string }, index: number): Canary[] => [
      { name: `${kind} token ${index}`, bytes: Buffer.from(token) },
      { name: `signature of ${kind} token ${index}`, bytes: Buffer.from(token.split('.').at(-1) ?? '') },
    ]);
    return [...this.#secrets, ...issued];
  }
}

function startWatched(env: Record<string, string> = {}): Promise<Service> {
  const ring = { EVERGRANT_ENCRYPTION_KEYS: `k1:${RING_KEY.toString('base64')}`, EVERGRANT_JWT_SECRET: JWT_SECRET };
  return startService({ env: { ...ring, EVERGRANT_CALLER_WAIT: '0.5', EVERGRANT_UPSTREAM_TIMEOUT: '1', ...env } });
}

/** Asks until there is a token: callers wait for half a second here, which may be too little for a busy machine. */
async function served(ask: () => Promise<Answer>): Promise<Answer> {
  const answer = await untilServed(ask, 30_000);
  tokenOf(answer);
  return answer;
}

/** The newest live tokens of a user upstream. */
async function tokensOf(service: Service, kind: 'access' | 'refresh'): Promise<string[]> {
  const { tokens } = await service.sandbox.control('GET', '/state');
  return tokens
    .filter((each: any) => each.kind === kind && each.status === 'live')
    .map((each: any): string => each.token);
}

async function successes(watch: Watch): Promise<void> {
  const { service } = watch;
  const [alice, bob] = [watch.caller('alice'), await watch.key('bob')];
  for (const bearer of [alice, bob]) {
    for (const body of [{}, {}, { force_refresh: true }, { min_ttl: 86_400 }]) {
      await served(() => watch.see('a token', service.token(bearer, body)));
    }
    await watch.see('config', service.call('GET', CONFIG_PATH, { bearer }));
    await watch.see('user', service.call('GET', USER_PATH, { bearer }));
  }
  const { access_token: token } = tokenOf(await served(() => service.token(alice)));
  await watch.see('atoms', service.call('GET', ATOMS_PATH, { bearer: token }));
  await service.sandbox.control('POST', '/tokens/expire', { access_token: token });
  await watch.see('atoms after expiry', service.call('GET', ATOMS_PATH, { bearer: token }));
  for (const path of ['/docs', '/openapi.json', '/healthz', '/readyz']) {
    await watch.see(path, service.call('GET', path, { bearer: alice }));
  }
  await service.expire();
  await service.sandbox.control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
  await served(() => watch.see('recovery', service.token(alice)));
}

/** Callers who put secrets where they don't belong, and callers who are refused. */
async function refusals(watch: Watch): Promise<void> {
  const { service } = watch;
  const bearer = watch.caller('alice');
  const [refreshToken = ''] = await tokensOf(service, 'refresh');
  const [accessToken = ''] = await tokensOf(service, 'access');
  for (const secret of [bearer, await watch.key('misplaced'), accessToken, refreshToken, CLIENT_SECRET, JWT_SECRET]) {
    const fields = { cal_email: secret, timezone: secret, force_refresh: secret, min_ttl: secret };
    await watch.fail('secrets in fields', service.token(bearer, fields));
    await watch.see('a secret as rejected token', service.token(bearer, { rejected_access_token: secret }));
    await watch.see('a secret as name of a field', service.token(bearer, { [secret]: secret }));
    await watch.fail('a secret as body', service.call('POST', TOKEN_PATH, { bearer, body: `{"a": ${secret}` }));
    const asType = { 'content-type': secret };
    await watch.fail('a secret as type', service.call('POST', TOKEN_PATH, { bearer, body: '{}', headers: asType }));
    await watch.fail('a secret as subject', service.token(bearer, {}, { 'Evergrant-Subject': secret }));
    await watch.fail('a secret in the path', service.call('GET', `/api/v1/${secret}`));
    await watch.fail('a secret in the query', service.call('GET', `${CONFIG_PATH}?access_token=${secret}`));
    await watch.fail('a secret as key', service.call('GET', CONFIG_PATH, { headers: { 'x-api-key': `${secret}x` } }));
    await watch.fail(
      'a secret as basic',
      service.call('GET', CONFIG_PATH, { headers: { authorization: `Basic ${secret}` } }),
    );
    await watch.fail(
      'a secret as origin',
      service.call('GET', ATOMS_PATH, { bearer: accessToken, headers: { origin: secret } }),
    );
    await watch.fail('a wrong bearer', service.token(`${secret}x`));
    await watch.fail('a wrong atoms bearer', service.call('GET', ATOMS_PATH, { bearer: `${secret}x` }));
    const headers = `Authorization: Bearer ${secret}\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n`;
    const raw = await sendBytes(service.url, `POST ${TOKEN_PATH} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    assert.ok(!raw.includes(secret));
  }
  await watch.fail('an expired JWT', service.token(watch.caller('late', { exp: 1 })));
  await watch.fail('a refresh JWT', service.token(watch.caller('kind', { token_type: 'refresh' })));
  await watch.fail('a JWT without e-mail', service.token(watch.caller('plain', { email: undefined })));
  await watch.fail('a taken e-mail', service.token(watch.caller('thief'), { cal_email: 'taken@example.com' }));
  await watch.fail('a large body', service.call('POST', TOKEN_PATH, { bearer, body: bearer.repeat(200) }));
}

/** Every way in which Cal.com may fail; most of them send back what they must have been sent. */
function echoing(echo: string): object[] {
  const named = (code: string) => ({ status: 'error', error: { code, message: echo, details: { message: echo } } });
  return [
    { status: 500, body: named('InternalServerErrorException') },
    { status: 500, body: echo },
    { status: 502, headers: { 'content-type': 'text/html' }, body: `<p>${echo}</p>` },
    { status: 400, body: named('BadRequestException') },
    { status: 404, body: named('NotFoundException') },
    { status: 409, body: named('ConflictException') },
    { status: 401, body: named('UnauthorizedException') },
    { status: 429, headers: { 'retry-after': echo }, body: named(echo) },
    { status: 200, body: { status: 'success', data: { accessToken: echo.replaceAll(' ', '\n'), refreshToken: 7 } } },
    { status: 302, headers: { location: `http://127.0.0.1:9/?${encodeURIComponent(echo)}` } },
    { status: 418, headers: { 'x-echo': echo }, body: `"${echo}` },
    { reset: true },
    { hang: true },
    { drop_reply: true },
  ];
}

/** One failing call upstream, by one fault, in a service of its own. */
async function fault(kind: UpstreamCall, index: number): Promise<void> {
  await using service = await startWatched();
  const watch = new Watch(service);
  const bearer = watch.caller('alice');
  for (const subject of ['alice', 'bob', 'carol', 'dave', 'eve', 'frank']) {
    if (subject !== 'alice' || kind !== 'create') await served(() => service.token(watch.caller(subject)));
  }
  await service.expire();
  const echo = [...(await tokensOf(service, 'refresh')), CLIENT_SECRET].join(' ');
  if (kind === 'force-refresh') await service.sandbox.control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
  const before = await service.sandbox.count(kind);
  await service.sandbox.fault(kind, echoing(echo)[index] ?? {});
  await watch.see(`fault ${index} of ${kind}`, service.token(bearer));
  await watch.see(`fault ${index} of ${kind} again`, service.token(bearer));
  assert.ok((await service.sandbox.count(kind)) > before, 'the fault did strike');
  assert.deepEqual(findLeaks(await watch.canaries(), watch.places()), [], `fault ${index} of ${kind}`);
}

/** Our own database failing. */
async function damage(watch: Watch): Promise<void> {
  const { service } = watch;
  const bearer = watch.caller('alice');
  using database = new DatabaseSync(service.databasePath, { timeout: 10_000 });
  database.exec('create table kept as select * from credentials');
  database.exec('update credentials set access_token = refresh_token where refresh_token is not null');
  await watch.fail('a swapped token', service.token(bearer));
  database.exec("update credentials set access_token = x'00'");
  await watch.fail('a destroyed token', service.token(bearer));
  for (const table of ['credentials', 'exchanges', 'api_keys', 'grants']) {
    database.exec(`alter table ${table} rename to away`);
    await watch.see(`no ${table}`, service.token(bearer, { force_refresh: true }));
    await watch.see(`no ${table} for a key`, service.token(await unknownKey(watch, database)));
    await watch.see(`no ${table} for atoms`, service.call('GET', ATOMS_PATH, { bearer }));
    await watch.see(`readiness without ${table}`, service.call('GET', '/readyz'));
    database.exec(`alter table away rename to ${table}`);
  }
}

/** A key that no cache knows, whether or not there is a table for it. */
async function unknownKey(watch: Watch, database: DatabaseSync): Promise<string> {
  const hasTable = database.prepare("select 1 from sqlite_master where name = 'api_keys'").get() !== undefined;
  if (hasTable) return watch.key(`key-${randomBytes(4).toString('hex')}`);
  const key = `evg_user_abcdefgh_${randomBytes(32).toString('base64url')}`;
  watch.guard('an unknown key', key);
  return key;
}

describe('the search for leaks', () => {
  it('finds a canary in every spelling, at every place', () => {
    const bytes = Buffer.from('canary/+?-äöü-0123456789');
    const canary = { name: 'canary', bytes };
    for (const [name, spelling] of spellingsOf(bytes)) {
      const place = { name: 'here', bytes: Buffer.concat([Buffer.from('before'), spelling, Buffer.from('after')]) };
      assert.ok(findLeaks([canary], [place]).length > 0, name);
    }
    for (const before of ['', 'a', 'ab', 'abc']) {
      const text = Buffer.concat([Buffer.from(before), bytes, Buffer.from('tail')]);
      for (const encoding of ['base64', 'base64url', 'hex'] as const) {
        const place = { name: 'here', bytes: Buffer.from(text.toString(encoding)) };
        assert.ok(findLeaks([canary], [place]).length > 0, `${encoding} after "${before}"`);
      }
    }
    assert.deepEqual(findLeaks([canary], [{ name: 'here', bytes: randomBytes(100_000) }]), []);
  });

  it('finds the token in the one answer that is to carry it', async () => {
    await using service = await startWatched();
    const answer = await served(() => service.token(jwt('alice', {}, JWT_SECRET)));
    const canary = { name: 'token', bytes: Buffer.from(tokenOf(answer).access_token) };
    assert.deepEqual(findLeaks([canary], [{ name: 'body', bytes: Buffer.from(answer.text) }]), [
      'body: token as plain',
      'body: token as percent encoding',
      'body: token as JSON',
    ]);
  });
});

describe('secrets', () => {
  it('are in no log line, error, header or file after successes and every kind of failure', async () => {
    await using service = await startWatched();
    const watch = new Watch(service);
    await successes(watch);
    await refusals(watch);
    await damage(watch);
    const logged = service.logs.join('');
    assert.match(logged, /"exchange"/, 'exchanges were logged');
    assert.match(logged, /"level":50/, 'errors were logged');
    const places = watch.places();
    assert.ok(
      places.some(({ name }) => name.endsWith('-wal')),
      'the log of the database was looked through',
    );
    assert.deepEqual(findLeaks(await watch.canaries(), places), []);
  });

  for (const kind of ['create', 'refresh', 'force-refresh'] as const) {
    it(`are nowhere after ${kind} has failed in every way, with the secrets in what Cal.com says`, async () => {
      for (const index of echoing('').keys()) await fault(kind, index);
    });
  }

  it('are in no file after the service has ended', async () => {
    await using scene = new AsyncDisposableStack();
    const service = scene.use(await startWatched());
    const watch = new Watch(service);
    await successes(watch);
    using database = new DatabaseSync(service.databasePath, { timeout: 10_000 });
    database.exec('pragma wal_checkpoint(truncate); vacuum');
    assert.ok(statSync(service.databasePath).size > 10_000);
    assert.deepEqual(findLeaks(await watch.canaries(), watch.places()), []);
  });

  it('lie in files that nobody else may read', async () => {
    await using service = await startWatched();
    await served(() => service.token(jwt('alice', {}, JWT_SECRET)));
    for (const suffix of DATABASE_FILES) {
      const { mode } = statSync(service.databasePath + suffix);
      assert.equal(mode & 0o077, 0, `evergrant.db${suffix} has mode ${(mode & 0o777).toString(8)}`);
    }
  });

  it('do not leak through an upstream that cannot be reached', async () => {
    await using service = await startWatched({ CAL_COM_API_URL: 'http://127.0.0.1:9/v2' });
    const watch = new Watch(service);
    const answer = await watch.fail('refused connection', service.token(watch.caller('alice')));
    await sleep(Math.min(retryAfterMs(answer), 1000));
    const secrets = [{ name: 'the client secret', bytes: Buffer.from(CLIENT_SECRET) }];
    assert.match(service.logs.join(''), /not_sent/);
    assert.deepEqual(findLeaks(secrets, watch.places()), []);
  });
});
