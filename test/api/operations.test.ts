import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { toProblem, retryAfterMs, tokenOf, type Answer } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { sendRequest } from '../support/service/raw-request.ts';
import {
  ATOMS_PATH,
  CONFIG_PATH,
  startService,
  TOKEN_PATH,
  USER_PATH,
  type Service,
} from '../support/service/start-service.ts';

/** Everything that is served and documented. */
const ROUTES: readonly (readonly [method: string, path: string])[] = [
  ['get', CONFIG_PATH],
  ['post', TOKEN_PATH],
  ['get', USER_PATH],
  ['get', ATOMS_PATH],
  ['get', '/api/v1/connections/'],
  ['get', '/api/v1/connections/{provider}/'],
  ['delete', '/api/v1/connections/{provider}/'],
  ['post', '/api/v1/connections/{provider}/authorize/'],
  ['post', '/api/v1/connections/{provider}/complete/'],
  ['post', '/api/v1/connections/{provider}/token/'],
  ['get', '/healthz'],
  ['get', '/readyz'],
];

async function document(service: Service): Promise<any> {
  const answer = await service.call('GET', '/openapi.json');
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json\b/);
  return answer.json;
}

/** Every `$ref` below a value. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}

function resolve(api: any, reference: string): any {
  return reference
    .replace(/^#\//, '')
    .split('/')
    .reduce((value, key) => value?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], api);
}

/** An answer holds exactly what the document says of it. */
function assertDescribed(api: any, path: string, method: string, answer: Answer): void {
  const described = api.paths[path][method].responses[String(answer.status)];
  assert.ok(described !== undefined, `${method} ${path} ${answer.status} is not described`);
  const mediaType = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const schema = resolve(api, described.content[mediaType].schema.$ref);
  for (const name of schema.required) assert.ok(name in answer.json, `${path}: ${name}`);
  for (const [name, value] of Object.entries(answer.json)) {
    assert.ok(name in schema.properties, `${path}: ${name} is not described`);
    const { type, enum: allowed } = schema.properties[name];
    const isA =
      value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
    if (type !== undefined) assert.ok([type].flat().includes(isA), `${path}: ${name} is ${isA}, described as ${type}`);
    if (allowed !== undefined) assert.ok(allowed.includes(value), `${path}: ${name}`);
  }
}

describe('/healthz and /readyz', () => {
  it('need no credential and touch nobody', async () => {
    await using service = await startService();
    for (const path of ['/healthz', '/readyz', '/healthz/', '/readyz/']) {
      const { status, json } = await service.call('GET', path);
      assert.deepEqual([status, json], [200, { status: 'ok' }], path);
    }
    assert.deepEqual(await service.sandbox.journal(), []);
  });

  it('tell a database that is gone from a process that is alive', async () => {
    await using service = await startService();
    using database = new DatabaseSync(service.databasePath, { timeout: 10_000 });
    database.exec('alter table grants rename to elsewhere');
    const answer = await service.call('GET', '/readyz');
    toProblem(answer, 503, 'not_ready');
    retryAfterMs(answer);
    assert.doesNotMatch(answer.text, /sqlite|grants|table/i);
    assert.equal((await service.call('GET', '/healthz')).status, 200);
    const asked = await service.token(jwt('alice'));
    assert.doesNotMatch(toProblem(asked, 500, 'internal_error').detail, /sqlite|grants|table/i);
    database.exec('alter table elsewhere rename to grants');
    assert.equal((await service.call('GET', '/readyz')).status, 200);
    tokenOf(await service.token(jwt('alice')));
  });

  it('say that an issuer’s keys cannot be had', async () => {
    // Nothing listens on the discard port.
    const env = { EVERGRANT_JWT_SECRET: '', EVERGRANT_JWKS_URL: 'http://127.0.0.1:9/jwks' };
    await using service = await startService({ env });
    toProblem(await service.call('GET', '/readyz'), 503, 'not_ready');
    assert.equal((await service.call('GET', '/healthz')).status, 200);
    const key = await service.key({ role: 'user', subject: 'alice', email: 'alice@example.com' });
    tokenOf(await service.token(key));
    const answer = await service.token(jwt('alice'));
    assert.ok([401, 500].includes(answer.status), 'and lets nobody in');
  });
});

describe('/openapi.json', () => {
  it('is a whole OpenAPI 3.1 document of every route', async () => {
    await using service = await startService();
    const api = await document(service);
    assert.match(api.openapi, /^3\.1\.\d+$/);
    assert.ok(api.info.title.length > 0 && /^\d+\.\d+\.\d+/.test(api.info.version));
    assert.deepEqual(api.servers, [{ url: service.url }]);
    const documented = Object.entries<any>(api.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    assert.deepEqual(documented.sort(), ROUTES.map(([method, path]) => `${method} ${path}`).sort());
    const ids = new Set<string>();
    for (const [method, path] of ROUTES) {
      const operation = api.paths[path][method];
      ids.add(operation.operationId);
      assert.ok(operation.summary.length > 0 && operation.tags.length > 0, path);
      assert.ok('200' in operation.responses || '204' in operation.responses, path);
      for (const response of Object.values<any>(operation.responses)) assert.ok(response.description.length > 0);
      for (const requirement of operation.security ?? []) {
        for (const name of Object.keys(requirement)) assert.ok(name in api.components.securitySchemes, name);
      }
    }
    assert.equal(ids.size, ROUTES.length, 'operation ids are unique');
    for (const reference of referencesIn(api)) {
      assert.ok(resolve(api, reference) !== undefined, `${reference} leads nowhere`);
    }
  });

  it('has the token refresh as it was published', async () => {
    await using service = await startService();
    const api = await document(service);
    assert.equal(api.paths[TOKEN_PATH].post.operationId, 'token-refresh-create');
    const { CalTokenRefreshRequest: request, CalTokenRefresh: answer } = api.components.schemas;
    const { force_refresh, cal_email, timezone } = request.properties;
    assert.deepEqual([force_refresh.type, force_refresh.default], ['boolean', false]);
    assert.deepEqual([cal_email.type, cal_email.format], ['string', 'email']);
    assert.deepEqual([timezone.type, timezone.default], ['string', 'UTC']);
    assert.deepEqual(request.required ?? [], [], 'no field is required');
    assert.notEqual(api.paths[TOKEN_PATH].post.requestBody.required, true, 'nor a body');
    const types = Object.entries<any>(answer.properties).map(([name, { type }]) => [name, type]);
    assert.deepEqual(Object.fromEntries(types), {
      access_token: 'string',
      expires_in: 'integer',
      long_lived: 'boolean',
      renewable: 'boolean',
      token_type: 'string',
      refreshed: 'boolean',
      integration_status: 'string',
      cal_client_id: 'string',
    });
    assert.equal(answer.properties.token_type.default, 'Bearer');
    for (const name of ['access_token', 'refreshed', 'integration_status', 'cal_client_id']) {
      assert.ok(answer.required.includes(name), name);
    }
    for (const status of ['400', '401', '500']) assert.ok(status in api.paths[TOKEN_PATH].post.responses, status);
  });

  it('describes what is really answered', async () => {
    await using service = await startService();
    const api = await document(service);
    const bearer = jwt('alice');
    const answers: [string, string, Answer][] = [
      [USER_PATH, 'get', await service.call('GET', USER_PATH, { bearer })],
      [TOKEN_PATH, 'post', await service.token(bearer, { timezone: 'Mars/X' })],
      [TOKEN_PATH, 'post', await service.token(bearer, {}, { 'Evergrant-Subject': 'bob' })],
      [TOKEN_PATH, 'post', await service.token(bearer)],
      [TOKEN_PATH, 'post', await service.call('POST', TOKEN_PATH)],
      [TOKEN_PATH, 'post', await service.call('POST', TOKEN_PATH, { bearer, body: ' '.repeat(100_000) })],
      [TOKEN_PATH, 'post', await service.call('POST', TOKEN_PATH, { bearer, body: 'x' })],
      [USER_PATH, 'get', await service.call('GET', USER_PATH, { bearer })],
      [CONFIG_PATH, 'get', await service.call('GET', CONFIG_PATH, { bearer })],
      [CONFIG_PATH, 'get', await service.call('GET', CONFIG_PATH)],
      [ATOMS_PATH, 'get', await service.call('GET', ATOMS_PATH)],
      [ATOMS_PATH, 'get', await service.call('GET', ATOMS_PATH, { headers: { Origin: 'https://x.example' } })],
      ['/healthz', 'get', await service.call('GET', '/healthz')],
      ['/readyz', 'get', await service.call('GET', '/readyz')],
    ];
    await service.sandbox.fault('*', { status: 500 });
    const token = (await service.token(bearer)).json.access_token;
    answers.push(
      [TOKEN_PATH, 'post', await service.token(jwt('bob'))],
      [ATOMS_PATH, 'get', await service.call('GET', ATOMS_PATH, { bearer: token })],
    );
    for (const [path, method, answer] of answers) assertDescribed(api, path, method, answer);
    const statuses = new Set(answers.map(([, , { status }]) => status));
    for (const status of [200, 400, 401, 403, 404, 413, 415, 500, 503]) assert.ok(statuses.has(status), String(status));
  });
});

describe('/docs', () => {
  it('is a page for people with every route, and without a script', async () => {
    await using service = await startService();
    const { status, headers, text } = await service.call('GET', '/docs');
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^text\/html\b/);
    for (const [method, path] of ROUTES) {
      assert.ok(text.replaceAll('<wbr>', '').includes(path), path);
      assert.match(text, new RegExp(method, 'i'));
    }
    assert.doesNotMatch(text, /<script|javascript:|\son[a-z]+=/i);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
    for (const [, target = ''] of text.matchAll(/<(?:link|img|iframe|source)\b[^>]*(?:href|src)="([^"]+)"/g)) {
      assert.match(target, /^(?:\/(?!\/)|data:|#)/, 'nothing is loaded from elsewhere');
      if (target.startsWith('/')) assert.equal((await service.call('GET', target)).status, 200, target);
    }
  });
});

describe('every answer', () => {
  it('carries the security headers and says nothing of what made it', async () => {
    await using service = await startService();
    const paths = ['/healthz', '/docs', '/openapi.json', '/nowhere', CONFIG_PATH, USER_PATH, ATOMS_PATH];
    const answers = await Promise.all([
      ...paths.map((path) => service.call('GET', path, { bearer: jwt('alice') })),
      service.token(jwt('alice')),
      service.token('x'),
      service.call('POST', TOKEN_PATH, { bearer: jwt('alice'), body: 'x'.repeat(20_000) }),
    ]);
    for (const { status, headers, text } of answers) {
      const what = `${status} ${text.slice(0, 60)}`;
      assert.equal(headers.get('x-content-type-options'), 'nosniff', what);
      assert.equal(headers.get('x-frame-options'), 'DENY', what);
      assert.equal(headers.get('referrer-policy'), 'no-referrer', what);
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/, what);
      for (const name of ['x-powered-by', 'server', 'etag', 'set-cookie']) assert.equal(headers.get(name), null, name);
    }
  });

  it('of the API is never to be stored', async () => {
    await using service = await startService();
    const bearer = jwt('alice');
    for (const answer of [
      await service.token(bearer),
      await service.token('x'),
      await service.call('GET', CONFIG_PATH, { bearer }),
      await service.call('GET', USER_PATH, { bearer }),
      await service.call('GET', '/api/v1/nowhere', { bearer }),
      await service.call('DELETE', TOKEN_PATH, { bearer }),
      await service.call('POST', TOKEN_PATH, { bearer, body: 'x'.repeat(20_000) }),
    ]) {
      assert.equal(answer.headers.get('cache-control'), 'no-store', answer.text);
    }
  });

  it('is a problem where nothing is served, or not by this method', async () => {
    await using service = await startService();
    for (const path of ['/nowhere', '/api/v1/', '/api/v1/bookings', `${TOKEN_PATH}more`, '/API/v1/bookings/user/']) {
      toProblem(await service.call('GET', path, { bearer: jwt('alice') }), 404, 'not_found');
    }
    for (const [method, path] of ROUTES) {
      for (const spelling of [path, path.replace(/\/$/, '')]) {
        const answer = await service.call('PUT', spelling, { bearer: jwt('alice') });
        toProblem(answer, 405, 'method_not_allowed');
        assert.ok((answer.headers.get('allow') ?? '').split(', ').includes(method.toUpperCase()), path);
      }
    }
  });

  it('is the same whatever Host says', async () => {
    await using service = await startService();
    const answer = await sendRequest(service.url, [
      `GET ${CONFIG_PATH} HTTP/1.1`,
      `Authorization: Bearer ${jwt('alice')}`,
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: https',
    ]);
    assert.equal(answer.json.refresh_url, service.url + ATOMS_PATH);
    const absolute = await sendRequest(service.url, [
      `GET http://evil.example${CONFIG_PATH} HTTP/1.1`,
      `Authorization: Bearer ${jwt('alice')}`,
    ]);
    assert.doesNotMatch(absolute.text, /evil/);
  });
});

describe('other origins', () => {
  it('get no permission on the token route unless they are listed', async () => {
    await using service = await startService({ env: { EVERGRANT_CORS_ORIGINS: 'https://app.example.com' } });
    for (const [origin, allowed] of [
      ['https://app.example.com', 'https://app.example.com'],
      ['https://evil.example', null],
      ['null', null],
      ['https://app.example.com.evil.example', null],
    ] as const) {
      const preflight = await service.call('OPTIONS', TOKEN_PATH, {
        headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
      });
      assert.equal(preflight.headers.get('access-control-allow-origin'), allowed, origin);
      for (const bearer of [jwt('alice'), 'x']) {
        const answer = await service.token(bearer, {}, { Origin: origin });
        assert.equal(answer.headers.get('access-control-allow-origin'), allowed, origin);
        assert.equal(answer.headers.get('access-control-allow-credentials'), null);
        assert.match(answer.headers.get('vary') ?? '', /\bOrigin\b/i, 'caches must tell origins apart');
      }
    }
  });

  it('may send the headers that tracing adds, on every route of the API', async () => {
    const origin = 'https://app.example.com';
    await using service = await startService({ env: { EVERGRANT_CORS_ORIGINS: origin } });
    const asked = [
      'authorization,baggage,content-type,sentry-trace,traceparent',
      'b3,evergrant-subject,tracestate,x-api-key',
      'x-b3-flags,x-b3-parentspanid,x-b3-sampled,x-b3-spanid,x-b3-traceid',
      'x-datadog-origin,x-datadog-parent-id,x-datadog-sampling-priority,x-datadog-trace-id',
      'elastic-apm-traceparent,newrelic,request-id,x-amzn-trace-id,x-correlation-id,x-request-id',
    ];
    for (const path of [TOKEN_PATH, ATOMS_PATH, '/api/v1/connections/cronofy/token/', '/api/v1/connections/']) {
      for (const names of asked) {
        const headers = {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': names,
        };
        const answer = await service.call('OPTIONS', path, { headers });
        const allowed = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/, ?/);
        assert.deepEqual(
          names.split(',').filter((name) => !allowed.includes(name)),
          [],
          path,
        );
        assert.ok(!allowed.includes('x-http-method-override') && !allowed.includes('*'));
      }
    }
  });
});
