import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { toProblem, tokenOf, type Answer } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { chunked, open, parse, received, sendRequest } from '../support/service/raw-request.ts';
import { startService, TOKEN_PATH, type Service } from '../support/service/start-service.ts';

const LIMIT_BYTES = 80 * 1024;

const EMAILS = [
  '',
  ' ',
  'alice',
  'alice@',
  '@example.com',
  'alice@example',
  'alice@@example.com',
  'a@b@example.com',
  'alice @example.com',
  'alice@exa mple.com',
  'Alice <alice@example.com>',
  'alice@example.com, bob@example.com',
  'alice@example.com;bob@example.com',
  'alice@example.com\r\nBcc: bob@example.com',
  'alice\n@example.com',
  'alice\0@example.com',
  'alice@example.com\0',
  'alice@[127.0.0.1]',
  'mailto:alice@example.com',
  'alice@example.com?subject=x',
  `${'a'.repeat(250)}@example.com`,
  `alice@${'a.'.repeat(300)}com`,
  'al\u2028ice@example.com',
  'alice\u202e@example.com',
  'alice@example.com/../../users/101',
  '\ud800@example.com',
  7,
  true,
  null,
  [],
  ['alice@example.com'],
  {},
  { $ne: '' },
];

const ZONES = [
  '',
  ' ',
  'Mars/Olympus',
  'Europe',
  'Europe/',
  'Europe/Rome ',
  'Europe/Rome\r\nX: y',
  'Europe/Rome\0',
  '+01:00',
  '-05:30',
  'UTC+1',
  '../../etc/passwd',
  'Europe/Rome/..',
  'x'.repeat(8000),
  'A/'.repeat(4000),
  7,
  true,
  null,
  [],
  ['UTC'],
  {},
];

const FLAGS = ['true', 'false', '', 0, 1, null, [], {}];
const SECONDS = [-1, 1.5, '60', true, null, 86_401, 1e400, [], {}];
const TOKENS = ['', 7, null, [], 'x'.repeat(65_537)];

/** What is sent in the place of one field, and what is said of it. */
const SAID: [json: string, message: string][] = [
  ['{"min_ttl": -3}', 'min_ttl is -3. Accepted is a whole number of seconds from 0 to 86400.'],
  ['{"min_ttl": 1.5}', 'min_ttl is 1.5. Accepted is a whole number of seconds from 0 to 86400.'],
  [
    '{"min_ttl": 1e400}',
    'min_ttl is a number that is too large. Accepted is a whole number of seconds from 0 to 86400.',
  ],
  ['{"min_ttl": "60"}', 'min_ttl is a text. Accepted is a whole number of seconds from 0 to 86400.'],
  ['{"min_ttl": null}', 'min_ttl is null. Accepted is a whole number of seconds from 0 to 86400.'],
  ['{"force_refresh": 1}', 'force_refresh is 1. Accepted is true or false.'],
  ['{"timezone": ""}', 'timezone is an empty text. Accepted is the name of an IANA time zone, such as "Europe/Rome".'],
  ['{"timezone": true}', 'timezone is true. Accepted is the name of an IANA time zone, such as "Europe/Rome".'],
  ['{"timezone": []}', 'timezone is an empty array. Accepted is the name of an IANA time zone, such as "Europe/Rome".'],
  ['{"cal_email": {}}', 'cal_email is an object. Accepted is an e-mail address, such as "alice@example.com".'],
  [
    '{"cal_email": "alice"}',
    'cal_email is a text that does not fit. Accepted is an e-mail address, such as "alice@example.com".',
  ],
  [
    '{"cal_email": "user@example.com "}',
    'cal_email is a text with spaces around it. Accepted is an e-mail address, such as "alice@example.com".',
  ],
  [
    '{"cal_email": " \\t"}',
    'cal_email is a text of nothing but white space. Accepted is an e-mail address, such as "alice@example.com".',
  ],
  [
    '{"timezone": "\\u00a0Europe/Rome"}',
    'timezone is a text with spaces around it. Accepted is the name of an IANA time zone, such as "Europe/Rome".',
  ],
  ['{"rejected_access_token": 7}', 'rejected_access_token is a number. Accepted is an access token.'],
  ['[1]', 'The body is an array. Accepted is a JSON object.'],
  ['null', 'The body is null. Accepted is a JSON object.'],
  ['7', 'The body is 7. Accepted is a JSON object.'],
  ['"x"', 'The body is a text. Accepted is a JSON object.'],
];

const NOT_JSON: Record<string, string | Uint8Array> = {
  'a cut object': '{"force_refresh": tr',
  'single quotes': "{'force_refresh': true}",
  'a trailing comma': '{"force_refresh": true,}',
  'a comment': '{} // nothing',
  'two objects': '{}{}',
  'a form': 'force_refresh=true&timezone=UTC',
  NaN: '{"min_ttl": NaN}',
  'a lone surrogate as bytes': new Uint8Array([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
  'UTF-16 with its mark': Buffer.from('\ufeff{}', 'utf16le'),
  'UTF-16 without a mark': Buffer.from('{"timezone": "UTC"}', 'utf16le'),
  'invalid UTF-8': new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
  'Latin-1': Buffer.from('{"cal_email": "é@example.com"}', 'latin1'),
  'NUL bytes': new Uint8Array(64),
  gzip: new Uint8Array([0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00]),
};

const NOT_OBJECTS = ['null', '7', '"text"', 'true', '[1]', '[{}]', '[[]]'];

describe('bad input', () => {
  let service: Service;
  before(async () => {
    service = await startService();
  });
  after(async () => {
    await service.stop();
  });

  const post = (body: unknown, headers: Record<string, string> = {}) =>
    service.call('POST', TOKEN_PATH, { bearer: jwt('alice'), body, headers });
  const raw = (head: string[], body?: string | Uint8Array) =>
    sendRequest(service.url, [`POST ${TOKEN_PATH} HTTP/1.1`, `Authorization: Bearer ${jwt('alice')}`, ...head], body);

  /** A 400 that names this field, once, and says what is accepted. */
  function assertNames(answer: Answer, field: string, what: string): void {
    const { errors } = toProblem(answer, 400);
    const named = errors.filter((error: any) => error.field === field);
    assert.equal(named.length >= 1, true, `${what}: ${answer.text}`);
    for (const { message } of named) assert.match(message, /\bAccepted is /, what);
  }

  const FIELDS: [string, unknown[]][] = [
    ['cal_email', EMAILS],
    ['timezone', ZONES],
    ['force_refresh', FLAGS],
    ['min_ttl', SECONDS],
    ['rejected_access_token', TOKENS],
  ];
  for (const [field, values] of FIELDS) {
    it(`in ${field} is refused by name, with what is accepted`, async () => {
      for (const value of values) {
        // JSON.stringify would write 1e400 as null.
        const json = value === Infinity ? `{"${field}": 1e400}` : JSON.stringify({ [field]: value });
        const answer = await post(json, { 'content-type': 'application/json' });
        assertNames(answer, field, `${field} ${json.slice(0, 80)}`);
      }
    });
  }

  for (const [body, message] of SAID) {
    it(`that is ${body} is told in words`, async () => {
      const { errors } = toProblem(await post(body, { 'content-type': 'application/json' }), 400);
      assert.deepEqual(
        errors.map((error: any) => error.message),
        [message],
      );
    });
  }

  const MISNAMED: [path: string, body: object, field: string, meant: string][] = [
    [TOKEN_PATH, { cal_email: 'new@example.com', timeZone: 'Europe/Rome' }, 'timeZone', 'timezone'],
    [TOKEN_PATH, { cal_email: 'new@example.com', time_zone: 'Europe/Rome' }, 'time_zone', 'timezone'],
    [TOKEN_PATH, { tz: 'Europe/Rome' }, 'tz', 'timezone'],
    [TOKEN_PATH, { calTimeZone: 'Europe/Rome' }, 'calTimeZone', 'timezone'],
    [TOKEN_PATH, { min_ttl_seconds: 60 }, 'min_ttl_seconds', 'min_ttl'],
    [TOKEN_PATH, { timezone: 'UTC', Timezone: 'Europe/Rome' }, 'Timezone', 'timezone'],
    [TOKEN_PATH, { forceRefresh: true }, 'forceRefresh', 'force_refresh'],
    [TOKEN_PATH, { 'force-refresh': true }, 'force-refresh', 'force_refresh'],
    [TOKEN_PATH, { refresh: true }, 'refresh', 'force_refresh'],
    [TOKEN_PATH, { minTtl: 600 }, 'minTtl', 'min_ttl'],
    [TOKEN_PATH, { calEmail: 'new@example.com' }, 'calEmail', 'cal_email'],
    [TOKEN_PATH, { cal_mail: 'new@example.com' }, 'cal_mail', 'cal_email'],
    [TOKEN_PATH, { rejectedAccessToken: 'x' }, 'rejectedAccessToken', 'rejected_access_token'],
    [TOKEN_PATH, { rejected_token: 'x' }, 'rejected_token', 'rejected_access_token'],
    ['/api/v1/connections/cal-com-managed/token/', { timeZone: 'Europe/Rome' }, 'timeZone', 'timezone'],
    ['/api/v1/connections/cal-com-managed/token/', { front_end: {} }, 'front_end', 'frontend'],
    [
      '/api/v1/connections/cal-com-managed/token/',
      { frontend: { origin: 'https://a.example', permissions: ['availability'], Origins: 1 } },
      'frontend.Origins',
      'frontend.origin',
    ],
    ['/api/v1/connections/cal-com-managed/authorize/', { returnTo: 'https://a.example' }, 'returnTo', 'return_to'],
    ['/api/v1/connections/cal-com-managed/complete/', { code: 'x', replaces: true }, 'replaces', 'replace'],
  ];
  for (const [path, body, field, meant] of MISNAMED) {
    it(`that says ${field} for ${meant} at ${path} is refused by name`, async () => {
      const { errors, detail } = toProblem(
        await service.call('POST', path, { bearer: jwt('alice'), body }),
        400,
        'invalid_request',
      );
      const told = errors.find((error: any) => error.field === field)?.message ?? '';
      assert.ok(
        told.startsWith(`${field} is not a field of this call. Did you mean ${meant}?`),
        JSON.stringify(errors),
      );
      assert.ok(detail.includes(field));
    });
  }

  it('that lacks a field is told so, an empty array as well', async () => {
    for (const body of ['{}', '[]', '']) {
      const headers = { 'content-type': 'application/json' };
      const path = '/api/v1/connections/cal-com-managed/complete/';
      const answer = await service.call('POST', path, { bearer: jwt('alice'), body, headers });
      const { errors } = toProblem(answer, 400);
      const message = 'code is missing. Accepted is the evergrant_code that the browser brought back.';
      assert.deepEqual(errors, [{ field: 'code', message }], body);
    }
  });

  it('in several fields at once is refused with every one of them named', async () => {
    const answer = await post({ cal_email: 'no', timezone: 'Mars/X', force_refresh: 'yes' });
    const { errors, detail } = toProblem(answer, 400, 'invalid_request');
    assert.deepEqual(errors.map((error: any) => error.field).sort(), ['cal_email', 'force_refresh', 'timezone']);
    for (const field of ['cal_email', 'force_refresh', 'timezone']) assert.match(detail, new RegExp(field));
  });

  it('never comes back in the answer', async () => {
    const marker = 'x-marker-7f3a';
    const answer = await post({ cal_email: marker, timezone: marker, rejected_access_token: marker.repeat(800) });
    assert.equal(answer.status, 400);
    assert.ok(!answer.text.includes(marker), answer.text);
    const numbers = await post({ cal_email: 73_190_042, rejected_access_token: 73_190_042 });
    assert.equal(numbers.status, 400);
    assert.ok(!numbers.text.includes('73190042'), numbers.text);
  });

  for (const [name, body] of Object.entries(NOT_JSON)) {
    it(`that is not JSON is refused: ${name}`, async () => {
      const answer = await raw(['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`], body);
      assert.match(toProblem(answer, 400, 'malformed_body').detail, /Accepted is a JSON object/);
    });
  }

  it('that is JSON and no object is refused', async () => {
    for (const body of NOT_OBJECTS) {
      const answer = await post(body, { 'content-type': 'application/json' });
      assertNames(answer, '(body)', body);
    }
  });

  it('nested ten thousand deep is refused or ignored, and costs nothing', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const depth = Math.floor(LIMIT_BYTES / (open.length + close.length)) - 10;
      const deep = `{"cal_email": ${open.repeat(depth)}1${close.repeat(depth)}}`;
      assert.equal((await post(deep, { 'content-type': 'application/json' })).status, 400);
      const beyond = `${open.repeat(LIMIT_BYTES)}1${close.repeat(LIMIT_BYTES)}`;
      assert.ok([400, 413].includes((await post(beyond, { 'content-type': 'application/json' })).status));
    }
  });

  it('by way of __proto__ and constructor changes no object', async () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const body = `{"${key}": {"force_refresh": true, "polluted": "yes"}, "timezone": "Mars/X"}`;
      assertNames(await post(body, { 'content-type': 'application/json' }), 'timezone', key);
      assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
      assert.equal(({} as Record<string, unknown>)['force_refresh'], undefined);
    }
  });

  it('given twice counts as it was given last', async () => {
    const body = '{"timezone": "UTC", "timezone": "Mars/X"}';
    assertNames(await post(body, { 'content-type': 'application/json' }), 'timezone', body);
  });

  it('over 80 KiB is refused by its Content-Length, before it is sent', async () => {
    const socket = await open(service.url);
    socket.write(
      `POST ${TOKEN_PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${jwt('alice')}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${LIMIT_BYTES + 1}\r\n\r\n{`,
    );
    const waiting = received(socket);
    const answer = parse(
      await Promise.race([
        waiting,
        new Promise<string>((resolve) => {
          socket.on('data', (text: string) => {
            if (text.includes('\r\n\r\n')) resolve(text);
          });
        }),
      ]),
    );
    socket.destroy();
    assert.equal(answer.status, 413);
    assert.match(answer.text, /body_too_large/);
  });

  it('over 80 KiB is refused in chunks, and just below is read', async () => {
    const body = (bytes: number) => `{"timezone": "Mars/X"${' '.repeat(bytes - '{"timezone": "Mars/X"}'.length)}}`;
    const head = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
    toProblem(await raw(head, chunked(body(LIMIT_BYTES + 1), 1000)), 413, 'body_too_large');
    toProblem(await raw(head, chunked(body(LIMIT_BYTES * 8), 1000)), 413, 'body_too_large');
    assertNames(await raw(head, chunked(body(LIMIT_BYTES), 1000)), 'timezone', 'exactly 80 KiB');
    const withLength = ['Content-Type: application/json', `Content-Length: ${LIMIT_BYTES}`];
    assertNames(await raw(withLength, body(LIMIT_BYTES)), 'timezone', 'exactly 80 KiB with a length');
  });

  it('of another media type is refused with the one that is accepted', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      'application/json-patch+json',
      'application/xml',
      'json',
      '',
    ]) {
      const answer = await raw([`Content-Type: ${type}`, 'Content-Length: 22'], '{"timezone": "Mars/X"}');
      if (type === '') {
        assert.ok([400, 415].includes(answer.status), answer.text);
        continue;
      }
      const { errors } = toProblem(answer, 415, 'unsupported_media_type');
      assert.equal(errors[0].field, 'Content-Type', type);
      assert.match(errors[0].message, /application\/json/);
    }
  });

  it('of all these kinds has reached neither Cal.com nor the database', async () => {
    assert.deepEqual(await service.sandbox.journal(), []);
    for (const table of ['grants', 'connections', 'exchanges', 'credentials']) {
      assert.deepEqual(service.rows(`select * from ${table}`), [], table);
    }
    assert.deepEqual(
      service.logs.filter((line) => line.includes('"level":50')),
      [],
      'and was no error of ours',
    );
    const good = { cal_email: "o'hara+tag@sub.example.com", timezone: 'America/Argentina/Ushuaia' };
    tokenOf(
      await post({
        ...good,
        locale: 'it',
        name: 'x',
        subject: 'bob',
        email: 'x',
        cal_user_id: 7,
        done: true,
        nobody: {},
      }),
    );
    for (const [index, cal_email] of ['jörg@müller.de', '用户@例子.中国', 'pelé@xn--mller-kva.de'].entries()) {
      const answer = await service.call('POST', TOKEN_PATH, { bearer: jwt(`eai-${index}`), body: { cal_email } });
      tokenOf(answer);
    }
  });
});
