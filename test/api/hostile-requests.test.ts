import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { open, received, sendBytes } from '../support/service/raw-request.ts';
import {
  ATOMS_PATH,
  CONFIG_PATH,
  startService,
  TOKEN_PATH,
  USER_PATH,
  type Service,
} from '../support/service/start-service.ts';

const AUTHORIZATION = `Authorization: Bearer ${jwt('mallory')}`;
const SMUGGLED = `POST ${TOKEN_PATH} HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\nContent-Length: 0\r\n\r\n`;
const START = `POST ${TOKEN_PATH} HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\n`;

/** Requests that two servers in a row might understand differently. */
const AMBIGUOUS: Record<string, string> = {
  'a length and chunks': `${START}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'chunks and a length': `${START}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'two lengths': `${START}Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
  'two lengths in one line': `${START}Content-Length: 0, ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
  'a space before the colon': `${START}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'a coding it does not know': `${START}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'chunked that is not last': `${START}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'a folded header': `${START}X-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n${SMUGGLED}`,
  'line feeds alone': `${START.replaceAll('\r\n', '\n')}Content-Length: 0\n\n${SMUGGLED}`,
  'a NUL in a header': `${START}X-Nul: a\0b\r\nContent-Length: 0\r\n\r\n${SMUGGLED}`,
  'a carriage return in a header': `${START}X-Cr: a\rb\r\nContent-Length: 0\r\n\r\n${SMUGGLED}`,
  'a header name with a space': `${START}X Name: a\r\nContent-Length: 0\r\n\r\n${SMUGGLED}`,
  'a header without a colon': `${START}Nonsense\r\nContent-Length: 0\r\n\r\n${SMUGGLED}`,
  'a negative length': `${START}Content-Length: -1\r\n\r\n${SMUGGLED}`,
  'a length in hex': `${START}Content-Length: 0x10\r\n\r\n${SMUGGLED}`,
  'a length with a sign': `${START}Content-Length: +0\r\n\r\n${SMUGGLED}`,
  'a chunk size that is none': `${START}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n${SMUGGLED}`,
  'a method that is none': `P\0ST ${TOKEN_PATH} HTTP/1.1\r\nHost: x\r\n\r\n${SMUGGLED}`,
  'a version that is none': `POST ${TOKEN_PATH} HTTP/9.9\r\nHost: x\r\n\r\n${SMUGGLED}`,
  'bytes that are no HTTP': `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${SMUGGLED}`,
};

/** Of every kind that may be asked without a credential, or with a bad one. */
const FLOODS: readonly string[] = [
  'GET /docs',
  'GET /docs/style.css',
  'GET /openapi.json',
  'GET /healthz',
  'GET /readyz',
  'GET /',
  'GET /nowhere',
  `GET ${CONFIG_PATH}`,
  `GET ${USER_PATH}`,
  `GET ${ATOMS_PATH}`,
  `DELETE ${TOKEN_PATH}`,
  `POST ${TOKEN_PATH}`,
  'GET /connect/cal-com/callback?state=x&code=y',
  `OPTIONS ${ATOMS_PATH}`,
];

/** What came over the wire is one whole answer in the words of RFC 9457, and the last one. */
function assertProblem(text: string, code: string): void {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  assert.match(head, /\r\ncontent-type: application\/problem\+json(?:\r\n|$)/);
  assert.match(head, /\r\nconnection: close(?:\r\n|$)/);
  assert.equal(Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1]), Buffer.byteLength(body));
  const problem = JSON.parse(body) as { status: number; code: string; title: string };
  assert.equal(problem.code, code);
  assert.ok(head.startsWith(`HTTP/1.1 ${problem.status} ${problem.title}\r\n`), head);
}

describe('a hostile client', () => {
  let service: Service;
  before(async () => {
    service = await startService();
  });
  after(async () => {
    await service.stop();
  });

  /** A good client is served as ever. */
  async function assertServes(): Promise<void> {
    tokenOf(await service.token(jwt('alice')));
  }

  for (const [name, bytes] of Object.entries(AMBIGUOUS)) {
    it(`that sends ${name} is refused, and nothing behind it is heard`, async () => {
      const text = await sendBytes(service.url, bytes);
      assert.match(text, /^HTTP\/1\.1 400 /, text);
      assert.equal(text.match(/HTTP\/1\.1 \d/g)?.length, 1, text);
      assert.doesNotMatch(text, /access_token/);
      assertProblem(text, 'malformed_request');
      await assertServes();
    });
  }

  it('has had no effect by any of these', async () => {
    const users = await service.sandbox.users();
    assert.deepEqual(
      users.filter(({ email }) => String(email).startsWith('mallory')),
      [],
    );
    // The control: the very bytes that were to be smuggled do work by themselves.
    const text = await sendBytes(
      service.url,
      SMUGGLED.replace('Content-Length', 'Connection: close\r\nContent-Length'),
    );
    assert.match(text, /^HTTP\/1\.1 200 /);
  });

  for (const request of FLOODS) {
    it(`that sends ${request} two thousand times at once, and reads no answer, delays nobody`, async () => {
      const head = `${request} HTTP/1.1\r\nHost: x\r\nOrigin: https://x.example\r\nAuthorization: Bearer evg_user_x`;
      const socket = await open(service.url);
      socket.pause();
      const since = performance.now();
      socket.write(`${head}\r\n\r\n`.repeat(2_000));
      let slowest = 0;
      for (let round = 0; round < 20; round += 1) {
        const asked = performance.now();
        assert.equal((await service.call('GET', '/healthz')).status, 200);
        slowest = Math.max(slowest, performance.now() - asked);
      }
      const answers = received(socket);
      socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      socket.resume();
      await answers;
      const flood = performance.now() - since;
      // A machine that is slow is slow at both.
      assert.ok(slowest < Math.max(200, flood / 4), `${slowest} ms of the ${flood} that all together took`);
    });
  }

  it('that names no host is refused', async () => {
    const text = await sendBytes(
      service.url,
      `POST ${TOKEN_PATH} HTTP/1.1\r\n${AUTHORIZATION}\r\nContent-Length: 0\r\n\r\n`,
    );
    assert.match(text, /^HTTP\/1\.1 400 /);
  });

  it('that sends headers of more than 16 KiB is refused', async () => {
    for (const more of [`X-Long: ${'x'.repeat(20_000)}\r\n`, 'X-Many: 1\r\n'.repeat(3000)]) {
      const text = await sendBytes(service.url, `GET ${CONFIG_PATH} HTTP/1.1\r\nHost: x\r\n${more}\r\n`);
      assert.match(text, /^HTTP\/1\.1 431 /);
      assertProblem(text, 'headers_too_large');
    }
    const path = `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`;
    assert.match(await sendBytes(service.url, path), /^HTTP\/1\.1 (?:431|414|400) /);
    await assertServes();
  });

  it('that breaks off in the middle of a body harms nobody', async () => {
    for (let round = 0; round < 20; round += 1) {
      const socket = await open(service.url);
      socket.write(`${START}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"force_`);
      await sleep(5);
      socket.resetAndDestroy();
    }
    await assertServes();
    const errors = service.logs.filter((line) => line.includes('"level":50'));
    assert.equal(errors.length, 0, `it is no error of ours: ${errors[0] ?? ''}`);
  });

  it('that dictates its headers byte by byte is cut off, while good clients are served', async () => {
    const sockets = await Promise.all(Array.from({ length: 100 }, () => open(service.url)));
    const ends = sockets.map((socket) => received(socket));
    const over = new AbortController();
    const dripping = (async () => {
      for (const byte of `GET ${CONFIG_PATH} HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(1000)}`) {
        for (const socket of sockets) if (!socket.destroyed) socket.write(byte);
        if (over.signal.aborted) return;
        await sleep(200);
      }
    })();
    const serving = (async () => {
      for (let round = 0; round < 20; round += 1) {
        await assertServes();
        await sleep(100);
      }
    })();
    const patience = sleep(40_000, undefined, { ref: false }).then(() => undefined);
    const texts = await Promise.race([Promise.all(ends), patience]);
    over.abort();
    for (const socket of sockets) socket.destroy();
    await Promise.all([dripping, serving]);
    assert.ok(texts !== undefined, 'every connection was closed');
    const told = texts.filter((text) => text !== '');
    assert.ok(told.length > 0);
    for (const text of told) {
      assert.match(text, /^HTTP\/1\.1 408 /);
      assertProblem(text, 'request_timeout');
    }
  });

  it('that asks for a path of dots and slashes gets a 404', async () => {
    for (const path of [
      '/../../etc/passwd',
      '//evil.example/',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/docs/%00',
      '/%',
      '/\\evil',
    ]) {
      const text = await sendBytes(service.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.match(text, /^HTTP\/1\.1 40[04] /, `${path}: ${text}`);
      assert.doesNotMatch(text, /Location:|root:/i);
    }
  });
});
