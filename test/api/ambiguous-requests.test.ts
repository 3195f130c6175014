import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync, deflateSync, brotliCompressSync } from 'node:zlib';
import { toProblem, tokenOf } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { parse, sendBytes, sendRequest } from '../support/service/raw-request.ts';
import { startService, TOKEN_PATH, USER_PATH, type Service } from '../support/service/start-service.ts';

const BEARER = `Authorization: Bearer ${jwt('alice')}`;
const JSON_TYPE = 'Content-Type: application/json';
const CONNECTION_TOKEN = '/api/v1/connections/cal-com-managed/token/';

describe('a request that could be read in two ways', () => {
  let service: Service;
  let serverKey: string;
  before(async () => {
    service = await startService();
    serverKey = await service.key({ role: 'server' });
  });
  after(async () => {
    await service.stop();
  });

  const send = (head: string[], body: string | Uint8Array = '') =>
    sendRequest(service.url, [...head, ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`])], body);

  const TWICE: [name: string, one: string, other: string][] = [
    ['Evergrant-Subject', 'a', 'b'],
    ['Evergrant-Subject', 'a', 'a'],
    ['Authorization', `Bearer ${jwt('alice')}`, `Bearer ${jwt('bob')}`],
    ['Authorization', `Bearer ${jwt('alice')}`, `Bearer ${jwt('alice')}`],
    ['X-API-Key', 'evg_user_a', 'evg_user_b'],
    ['X-API-Key', '', ''],
    ['Host', 'a.example', 'b.example'],
  ];
  for (const [name, one, other] of TWICE) {
    it(`with ${name} twice, ${one === other ? 'and alike' : 'and not alike'}, is refused by name`, async () => {
      for (const [first, second] of [
        [name, name],
        [name, name.toLowerCase()],
        [name.toUpperCase(), name],
      ]) {
        const head = [`${first}: ${one}`, 'X-Between: x', `${second}: ${other}`];
        const caller = name === 'Evergrant-Subject' ? [`X-API-Key: ${serverKey}`] : [];
        for (const request of [`POST ${TOKEN_PATH}`, `POST ${CONNECTION_TOKEN}`, `GET ${USER_PATH}`, 'GET /nowhere']) {
          const answer = await send([`${request} HTTP/1.1`, ...head, ...caller]);
          const { detail, errors } = toProblem(answer, 400, 'invalid_request');
          assert.deepEqual(
            errors.map((error: any) => error.field),
            [name],
          );
          assert.match(detail, new RegExp(`^${name} was sent more than once`));
        }
      }
    });
  }

  it('is none where another header comes twice, or a subject has a comma', async () => {
    tokenOf(await send([`POST ${TOKEN_PATH} HTTP/1.1`, BEARER, 'X-Other: a', 'X-Other: b', 'Accept: a', 'Accept: b']));
    const head = [`POST ${TOKEN_PATH} HTTP/1.1`, `X-API-Key: ${serverKey}`, 'Evergrant-Subject: a, b', JSON_TYPE];
    tokenOf(await send(head, '{"cal_email":"ab@example.com"}'));
  });

  it('has made no account', async () => {
    const emails = (await service.sandbox.users()).map(({ email }: any) => email);
    assert.deepEqual(
      emails.filter((email: string) => !/^(?:alice|ab)\+/.test(email)),
      [],
    );
  });

  it('with equal media types counts once, with unequal ones not at all', async () => {
    const body = '{"min_ttl": "x"}';
    for (const types of [
      [JSON_TYPE, JSON_TYPE],
      [JSON_TYPE, 'content-type: Application/JSON; charset=utf-8', JSON_TYPE],
      ['Content-Type: application/json, application/json'],
      ['Content-Type: application/json; a="b,c"', JSON_TYPE],
    ]) {
      const answer = await send([`POST ${TOKEN_PATH} HTTP/1.1`, BEARER, ...types], body);
      assert.equal(toProblem(answer, 400, 'invalid_request').errors[0].field, 'min_ttl', types.join());
    }
    for (const types of [
      [JSON_TYPE, 'Content-Type: text/plain'],
      ['Content-Type: text/plain', JSON_TYPE],
      ['Content-Type: application/json, application/x-www-form-urlencoded'],
    ]) {
      const answer = await send([`POST ${TOKEN_PATH} HTTP/1.1`, BEARER, ...types], body);
      assert.match(toProblem(answer, 415, 'unsupported_media_type').detail, /more than once, with different/);
    }
  });

  it('names its host, where it is of HTTP/1.1', async () => {
    for (const path of ['/healthz', '/readyz', TOKEN_PATH, '/nowhere']) {
      const text = await sendBytes(service.url, `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`);
      const { errors, detail } = toProblem(parse(text), 400, 'malformed_request');
      assert.match(detail, /RFC 9112/);
      assert.equal(errors[0].field, 'Host');
    }
    for (const path of ['/healthz', '/readyz', '/healthz/']) {
      const { status, json } = parse(await sendBytes(service.url, `GET ${path} HTTP/1.0\r\n\r\n`));
      assert.deepEqual([status, json], [200, { status: 'ok' }]);
    }
    const head = `POST ${TOKEN_PATH} HTTP/1.0\r\n${BEARER}\r\nContent-Length: 0\r\n\r\n`;
    tokenOf(parse(await sendBytes(service.url, head)));
    for (const host of ['a b', 'a/b', 'a@b', '[::1']) {
      const text = await sendBytes(service.url, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      assert.match(toProblem(parse(text), 400, 'malformed_request').detail, /its Host is not a host/, host);
    }
  });

  it('is not compressed', async () => {
    const json = '{"timezone": "Mars/X"}';
    const bodies: [coding: string, body: Uint8Array | string][] = [
      ['gzip', gzipSync(json)],
      ['x-gzip', gzipSync(json)],
      ['deflate', deflateSync(json)],
      ['br', brotliCompressSync(json)],
      ['zstd', json],
      ['identity, gzip', gzipSync(json)],
      ['gzip', gzipSync('')],
    ];
    for (const path of [TOKEN_PATH, CONNECTION_TOKEN, '/api/v1/connections/cal-com-managed/complete/']) {
      for (const [coding, body] of bodies) {
        const head = [`POST ${path} HTTP/1.1`, BEARER, JSON_TYPE, `Content-Encoding: ${coding}`];
        const answer = await send(head, body);
        const { errors, detail } = toProblem(answer, 415, 'unsupported_media_type');
        assert.match(detail, /^The body is compressed\. .*without compression/, coding);
        assert.equal(errors[0].field, 'Content-Encoding');
        assert.equal(answer.headers.get('accept-encoding'), 'identity');
      }
    }
    for (const coding of ['identity', 'Identity', 'identity, identity']) {
      const head = [`POST ${TOKEN_PATH} HTTP/1.1`, BEARER, JSON_TYPE, `Content-Encoding: ${coding}`];
      assert.equal(toProblem(await send(head, json), 400).errors[0].field, 'timezone', coding);
    }
    tokenOf(await send([`POST ${TOKEN_PATH} HTTP/1.1`, BEARER, 'Content-Encoding: gzip', 'Content-Length: 0']));
  });
});
