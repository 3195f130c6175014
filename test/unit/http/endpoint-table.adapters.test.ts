import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { listen, type Listening } from '../../../src/http/server/serve.ts';
import { tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { chunked, open, received, sendBytes } from '../../support/service/raw-request.ts';
import { ATOMS_PATH, CONFIG_PATH, TOKEN_PATH, USER_PATH } from '../../support/service/start-service.ts';
import { ACCOUNTS, startLinkScene, type LinkScene } from '../../support/linking/link-scene.ts';

const CONNECTIONS = '/api/v1/connections';
/** Every route: an example of its path, and whether it asks for a credential and reads a body. */
const ROUTES = [
  { route: 'GET /healthz' },
  { route: 'GET /readyz' },
  { route: `GET ${CONFIG_PATH}`, admits: true },
  { route: `POST ${TOKEN_PATH}`, admits: true, reads: true },
  { route: `GET ${USER_PATH}`, admits: true },
  { route: `GET ${ATOMS_PATH}` },
  { route: `GET ${CONNECTIONS}/`, admits: true },
  { route: `GET ${CONNECTIONS}/cronofy/`, admits: true },
  { route: `DELETE ${CONNECTIONS}/cronofy/`, admits: true },
  { route: `POST ${CONNECTIONS}/cronofy/authorize/`, admits: true, reads: true },
  { route: `POST ${CONNECTIONS}/cronofy/complete/`, admits: true, reads: true },
  { route: `POST ${CONNECTIONS}/cal-com-managed/token/`, admits: true, reads: true },
  { route: `GET /connect/style.css` },
  { route: `GET /connect/a-ticket-that-is-none` },
  { route: `GET /connect/cronofy/callback` },
  { route: `POST /connect/cronofy/callback` },
  { route: 'GET /linked' },
  { route: 'GET /' },
  { route: 'GET /docs' },
  { route: 'GET /docs/style.css' },
  { route: 'GET /openapi.json' },
] as const;

type Door = 'node' | 'fetch';

/** One request as it goes over the wire. */
interface Sent {
  /** Method and target. */
  readonly route: string;
  /** Null for no such header. */
  readonly host?: string | null;
  readonly version?: string;
  readonly headers?: readonly string[];
  readonly body?: string | Uint8Array;
}

/** Both of these are one service: the one as it is run, the other with nothing but its `fetch`. */
interface Doors {
  readonly scene: LinkScene;
  readonly both: Listening;
  readonly fetchOnly: Listening;
  /** How many requests the first has given to `fetch`. */
  readonly fetched: () => number;
}

async function openDoors(): Promise<Doors> {
  const scene = await startLinkScene();
  const { evergrant } = scene.service;
  let fetched = 0;
  const both = await listen({ host: '127.0.0.1', port: 0 });
  both.serve({
    fetch: (request, env) => {
      fetched += 1;
      return evergrant.fetch(request, env);
    },
    endpoints: evergrant.endpoints,
  });
  const fetchOnly = await listen({ host: '127.0.0.1', port: 0 });
  fetchOnly.serve({ fetch: evergrant.fetch });
  return { scene, both, fetchOnly, fetched: () => fetched };
}

function bytesOf({
  route,
  host = 'evergrant.test',
  version = '1.1',
  headers = [],
  body,
}: Sent): (string | Uint8Array)[] {
  const named = host === null ? [] : [`Host: ${host}`];
  const lines = [`${route} HTTP/${version}`, ...named, 'Connection: close', ...headers];
  const isMeasured = body !== undefined && !headers.some((each) => /^(content-length|transfer-encoding):/i.test(each));
  if (isMeasured) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return [`${lines.join('\r\n')}\r\n\r\n`, ...(body === undefined ? [] : [body])];
}

/** An answer without what differs from call to call: the order of its fields, times, and what is made up for each. */
function comparable(text: string): string {
  const end = text.indexOf('\r\n\r\n');
  assert.ok(end > 0, `there is an answer: ${text}`);
  const [status = '', ...fields] = text.slice(0, end).split('\r\n');
  return [status, ...fields.filter((field) => !field.startsWith('Date:')).sort(), text.slice(end)]
    .join('\n')
    .replaceAll(/"(expires_in|connected_at)":("[^"]*"|\d+)/g, '"$1":~')
    .replaceAll(/\/connect\/[\w-]{43}/g, '/connect/~')
    .replaceAll(/retry-after: \d+/g, 'retry-after: ~');
}

describe('the door on Node’s requests and the door of the Fetch standard', () => {
  let doors: Doors;
  const taken = new Map<Door, Set<string>>([
    ['node', new Set()],
    ['fetch', new Set()],
  ]);
  before(async () => {
    doors = await openDoors();
    tokenOf(await doors.scene.service.token(jwt('alice')));
  });
  after(async () => {
    await Promise.all([doors.both.close(0), doors.fetchOnly.close(0)]);
    await doors.scene[Symbol.asyncDispose]();
  });

  /** Sends the same to both; gives the answer, and which door took it where there is a choice. */
  async function same(sent: Sent, other: Sent = sent): Promise<{ text: string; door: Door }> {
    const { both, fetchOnly, fetched } = doors;
    const before = fetched();
    const text = await sendBytes(both.url, ...bytesOf(sent));
    const door = fetched() === before ? 'node' : 'fetch';
    assert.equal(comparable(text), comparable(await sendBytes(fetchOnly.url, ...bytesOf(other))));
    taken.get(door)?.add(sent.route);
    return { text, door };
  }

  const bearer = (subject = 'alice') => `Authorization: Bearer ${jwt(subject)}`;
  const JSON_TYPE = 'Content-Type: application/json';

  for (const { route, ...kind } of ROUTES) {
    const [method = '', path = ''] = route.split(' ');
    const { admits = false, reads = false } = kind as { admits?: boolean; reads?: boolean };
    const admitted = admits ? [bearer()] : [];
    const bodies = reads ? [JSON_TYPE] : [];

    describe(`at ${route}`, () => {
      it('answer alike, with a last slash and without, with a query and a cookie', async () => {
        const bare = path === '/' ? path : path.replace(/\/$/, '');
        for (const target of new Set([
          path,
          bare,
          `${bare}?state=a%20b&code=c&evergrant_code=x&evergrant_provider=cronofy`,
        ])) {
          const cookie = `Cookie: a=b; evergrant-link=${'x'.repeat(43)}`;
          const sent = { route: `${method} ${target}`, headers: [...admitted, ...bodies, cookie] };
          const { door } = await same(reads ? { ...sent, body: '{}' } : sent);
          assert.equal(door, 'node');
        }
      });

      it('know the same callers', async () => {
        const { service } = doors.scene;
        const serverKey = await service.key({ role: 'server' });
        const adminKey = await service.key({ role: 'admin' });
        const callers: string[][] = [
          [],
          ['Authorization: Bearer nonsense'],
          ['Authorization: Basic YTpi'],
          ['Authorization:'],
          [`Authorization: Bearer ${jwt('alice', { exp: 1 })}`],
          ['X-API-Key: evg_user_x'],
          [`X-API-Key: ${serverKey}`],
          [`X-API-Key: ${serverKey}`, 'Evergrant-Subject: alice'],
          [`Authorization: Bearer ${serverKey}`, `Evergrant-Subject: ${Buffer.from('ärger').toString('latin1')}`],
          [`Authorization: Bearer ${serverKey}`, 'Evergrant-Subject:  '],
          [`X-API-Key: ${adminKey}`],
          [bearer(), 'Evergrant-Subject: bob'],
          [bearer(), 'X-API-Key: evg_user_x'],
        ];
        // The address of strangers is counted at the refresh URL, and refused in the end.
        for (const headers of path === ATOMS_PATH ? callers.slice(0, 4) : callers) {
          const { door } = await same({ route, headers });
          assert.equal(door, 'node', headers.join());
        }
      });

      it('leave to one of them what is sent twice, from elsewhere, or in another way', async () => {
        for (const more of [
          { headers: [bearer(), bearer('bob')] },
          { headers: ['X-API-Key: a', 'X-API-Key: b'] },
          { headers: [...admitted, 'Evergrant-Subject: alice', 'evergrant-subject: alice'] },
          { headers: [...admitted, 'Host: elsewhere.test'] },
          { headers: [...admitted, 'Content-Type: application/json', 'Content-Type: text/plain'], body: '{}' },
          { headers: admitted, host: null },
          { headers: admitted, host: null, version: '1.0' },
          { headers: [...admitted, 'X-Twice: a', 'X-Twice: b'], host: null, version: '1.0' },
          { headers: admitted, host: '' },
          { headers: admitted, host: '', version: '1.0' },
          { headers: admitted, host: 'a b', version: '1.0' },
          { headers: [...admitted, 'Origin: https://app.example'] },
          { headers: admitted, host: 'EVERGRANT.test' },
          { headers: admitted, host: 'evergrant.test:80' },
          { headers: admitted, host: 'a b' },
          { headers: admitted, route: `${method} ${path.replace('/', '/%2e/')}` },
          { headers: admitted, route: `${method} /.${path}` },
          { headers: admitted, route: `${method} /${path}` },
          { headers: admitted, route: `${method} ${path}/` },
          { headers: admitted, route: `${method} ${path}//` },
          { headers: admitted, route: `${method} ${path.replace('/v1/', '/v1//')}` },
          { headers: admitted, route: `${method} ${path.toUpperCase()}` },
          { headers: admitted, route: `${method} ${path}?a=/../` },
          { headers: admitted, route: `${method} ${path}?a='"<>` },
          { headers: admitted, route: `${method} http://evergrant.test${path}` },
          { headers: admitted, route: `${method} ${path}nowhere` },
        ]) {
          await same({ route, ...more });
        }
      });

      it('refuse the same methods', async () => {
        for (const other of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY']) {
          if (other === method || ROUTES.some((each) => each.route === `${other} ${path}`)) continue;
          const { door } = await same({ route: `${other} ${path}`, headers: admitted });
          assert.equal(door, 'fetch', other);
        }
      });

      it('understand the same of a body', async () => {
        for (const [type, body] of BODIES) {
          const typed = type === undefined ? [] : [`Content-Type: ${type}`];
          await same({ route, headers: [...admitted, ...typed], body });
          if (admits) await same({ route, headers: typed, body });
        }
        for (const coding of ['gzip', 'GZIP', 'br', 'deflate', 'identity', 'identity, gzip', 'x-nobodys', '']) {
          const coded = [...admitted, JSON_TYPE, `Content-Encoding: ${coding}`];
          await same({ route, headers: coded, body: gzipSync('{"min_ttl": "x"}') });
          await same({ route, headers: coded, body: '{"min_ttl": "x"}' });
          await same({ route, headers: coded });
        }
        await same({ route, headers: [...admitted, JSON_TYPE, JSON_TYPE], body: '{"min_ttl": "x"}' });
        const inChunks = [...admitted, JSON_TYPE, 'Transfer-Encoding: chunked'];
        await same({ route, headers: inChunks, body: chunked('{"min_ttl": "x"}', 5) });
        await same({ route, headers: [...admitted, JSON_TYPE, 'Content-Length: 0'] });
        await same({ route, headers: [...admitted, JSON_TYPE, 'Content-Length: 00000002'], body: '{}' });
      });
    });
  }

  /** A media type and a body. */
  const BODIES: [string | undefined, string | Uint8Array][] = [
    ['application/json', '{}'],
    ['application/json; charset=utf-8', ' [] '],
    [undefined, '{}'],
    ['text/plain', '{}'],
    ['text/plain', ''],
    ['application/json', '{"min_ttl": "x", "timezone": 7, "code": 1, "return_to": 2, "nobody-knows": 3}'],
    ['application/json', '{"timeZone": "UTC", "replaced": true, "nobody-knows": 3}'],
    ['application/json, application/json;charset=utf-8', '{"min_ttl": "x"}'],
    ['application/json', '{"force_refresh": tr'],
    ['application/json', 'null'],
    ['application/json', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
    ['application/json', '\ufeff{}'],
    ['application/json', `{"timezone": "Mars/X"${' '.repeat(80 * 1024 - 22)}}`],
    ['application/json', `{"timezone": "Mars/X"${' '.repeat(80 * 1024 - 21)}}`],
    ['application/json', ' '.repeat(200_000)],
  ];

  it('answer alike where nothing is served', async () => {
    for (const target of [
      '/nowhere',
      '/api/v1/',
      '/api/v1/bookings',
      '/connect',
      '/connect/a/b',
      `${CONNECTIONS}/nobody/`,
    ]) {
      for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS'])
        await same({ route: `${method} ${target}`, headers: [bearer()] });
    }
    await same({ route: `GET ${CONFIG_PATH}`, version: '1.0', headers: [bearer()] });
  });

  it('answer a health check that names no host, and tell in words what HTTP/1.1 asks for', async () => {
    for (const path of ['/healthz', '/readyz', '/healthz/', '/readyz?x=1']) {
      for (const version of ['1.0', '1.1']) {
        for (const host of [null, '', 'evergrant.test']) {
          const { text, door } = await same({ route: `GET ${path}`, version, host });
          const status = version === '1.1' && host === null ? 400 : 200;
          assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `), `${path} ${version} ${host}`);
          if (status === 400) assert.match(text, /"malformed_request".*the header Host/);
          assert.equal(door, 'node');
        }
      }
      const { text } = await same({ route: `GET http://evergrant.test${path}`, version: '1.0', host: null });
      assert.match(text, /^HTTP\/1\.1 200 /);
    }
  });

  it('hand out the same token', async () => {
    const token = { route: `POST ${TOKEN_PATH}`, headers: [bearer(), JSON_TYPE], body: '{}' };
    const { text, door } = await same(token);
    assert.match(text, /"access_token":"[^"]+"/);
    assert.equal(door, 'node');
    assert.match((await same({ ...token, headers: [bearer()] })).text, /"access_token":"[^"]+"/);
    const access = /"access_token":"([^"]+)"/.exec(text)?.[1] ?? '';
    const atoms = await same({ route: `GET ${ATOMS_PATH}`, headers: [`Authorization: Bearer ${access}`] });
    assert.match(atoms.text, /^HTTP\/1\.1 200 /);
    assert.equal(atoms.door, 'node');
    const fromPage = [`Authorization: Bearer ${access}`, 'Origin: https://app.example'];
    assert.equal((await same({ route: `GET ${ATOMS_PATH}`, headers: fromPage })).door, 'fetch');
  });

  it('link an account, show it and leave it', async () => {
    const { scene } = doors;
    const codes: string[] = [];
    for (const [subject, account] of [
      ['carol', 'ada'],
      ['dora', 'ada'],
    ] as const) {
      const back = await scene.consent(await scene.begin(subject), ACCOUNTS[account]);
      codes.push(back.searchParams.get('evergrant_code') ?? '');
    }
    const [one = '', two = ''] = codes;
    const as = (subject: string, route: string, body?: object): Sent => ({
      route,
      headers: [bearer(subject), JSON_TYPE],
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const path = `${CONNECTIONS}/cronofy`;
    for (const [route, bodies, status] of [
      [`POST ${path}/complete/`, [{ code: one }, { code: two }], 200],
      [`POST ${path}/token/`, [{}, {}], 200],
      [`GET ${path}/`, [], 200],
      [`GET ${CONNECTIONS}`, [], 200],
      [`DELETE ${path}/`, [], 204],
      [`DELETE ${path}/`, [], 404],
    ] as const) {
      const { text, door } = await same(as('carol', route, bodies[0]), as('dora', route, bodies[1]));
      assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `), `${route}: ${text}`);
      assert.equal(door, 'node');
    }
  });

  it('send a browser the same way', async () => {
    const { scene } = doors;
    const path = async () => new URL(await scene.begin('emma')).pathname;
    const [one, two] = [await path(), await path()];
    const { text, door } = await same({ route: `GET ${one}` }, { route: `GET ${two}` }).catch((error: unknown) => {
      // What is made up for each browser is in the address and the cookie.
      assert.ok(error instanceof assert.AssertionError);
      const [actual, expected] = [error.actual, error.expected].map((each) =>
        String(each).replaceAll(/(state|code_challenge)=[\w-]+|evergrant-link=[\w-]+/g, '$1=~'),
      );
      assert.equal(actual, expected);
      return { text: String(error.actual), door: 'node' as const };
    });
    assert.match(text, /302 Found/);
    assert.equal(door, 'node');
  });

  it('fail alike, and log it alike', async () => {
    const { service } = doors.scene;
    await service.sandbox.fault('create', { status: 500 });
    const errors = () => service.logs.filter((line) => line.includes('"level":50')).map((line) => JSON.parse(line));
    const before = errors().length;
    const as = (subject: string) => ({
      route: `POST ${TOKEN_PATH}`,
      headers: [bearer(subject), JSON_TYPE],
      body: '{}',
    });
    const { text, door } = await same(as('fay'), as('gus'));
    await service.sandbox.clearFaults();
    assert.match(text, /^HTTP\/1\.1 500 /);
    assert.equal(door, 'node');
    const told = errors()
      .slice(before)
      .map(({ level, code, path, msg }) => ({ level, code, path, msg }));
    assert.equal(told.length, 2);
    assert.deepEqual(told[0], told[1]);
  });

  it('answer before a body has come, and close where the rest does not come', async () => {
    const head = `POST ${TOKEN_PATH} HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}\r\nContent-Length: 100\r\n\r\n{"force`;
    const texts = await Promise.all(
      [doors.both, doors.fetchOnly].map(async ({ url }) => {
        const socket = await open(url);
        socket.write(head);
        return Promise.race([received(socket), sleep(20_000, 'it stayed open', { ref: false })]);
      }),
    );
    assert.match(texts[0] ?? '', /^HTTP\/1\.1 401 /);
    assert.equal(comparable(texts[0] ?? ''), comparable(texts[1] ?? ''));
  });

  it('read a body that comes byte by byte', async () => {
    const [head = '', body = ''] = bytesOf({
      route: `POST ${TOKEN_PATH}`,
      headers: [bearer(), JSON_TYPE],
      body: '{"min_ttl":-1}',
    });
    const texts = await Promise.all(
      [doors.both, doors.fetchOnly].map(async ({ url }) => {
        const socket = await open(url);
        const text = received(socket);
        socket.write(head);
        for (const byte of String(body)) {
          await sleep(5);
          socket.write(byte);
        }
        return text;
      }),
    );
    assert.match(texts[0] ?? '', /min_ttl is -1/);
    assert.equal(comparable(texts[0] ?? ''), comparable(texts[1] ?? ''));
  });

  it('were each asked for every route', async () => {
    const document = (await doors.scene.service.call('GET', '/openapi.json')).json;
    for (const [path, methods] of Object.entries<object>(document.paths)) {
      for (const method of Object.keys(methods)) {
        const pattern = new RegExp(`^${method.toUpperCase()} ${path.replace('{provider}', '[\\w-]+')}$`);
        for (const [door, routes] of taken)
          assert.ok(
            [...routes].some((route) => pattern.test(route)),
            `${door}: ${pattern}`,
          );
      }
    }
    for (const { route } of ROUTES)
      for (const [door, routes] of taken) assert.ok(routes.has(route), `${door}: ${route}`);
  });

  it('show an embedding host what the socket shows, but for the connection', async () => {
    const { evergrant } = doors.scene.service;
    for (const { route } of ROUTES) {
      const [method = '', path = ''] = route.split(' ');
      const headers = { authorization: `Bearer ${jwt('alice')}` };
      const embedded = await evergrant.fetch(new Request(`http://evergrant.test${path}`, { method, headers }));
      const served = await doors.scene.service.call(method, path, { headers });
      assert.equal(embedded.status, served.status, route);
      const mask = (text: string) => comparable(`x\r\n\r\n${text}`);
      assert.equal(mask(await embedded.text()), mask(served.text), route);
      for (const [name, value] of embedded.headers) {
        if (name !== 'retry-after') assert.equal(served.headers.get(name), value, `${route}: ${name}`);
      }
    }
  });
});
