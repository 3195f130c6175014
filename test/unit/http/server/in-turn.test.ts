import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { answerInTurn } from '../../../../src/http/server/in-turn.ts';
import { open, received } from '../../../support/service/raw-request.ts';

const MANY = 2_000;
const WAIT_MS = 20_000;

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
}

function burst(count: number): string {
  return Array.from({ length: count }, (_, index) => get(`/${index}`)).join('');
}

/** A server that answers in turn, and what it was asked. */
async function serve(listener: RequestListener) {
  const read: string[] = [];
  const begun: string[] = [];
  const server = createServer();
  answerInTurn(server, (request, response) => {
    begun.push(request.url ?? '');
    listener(request, response);
  });
  server.on('request', ({ url }) => read.push(url ?? ''));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    read,
    begun,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function until(isSo: () => boolean): Promise<void> {
  const since = performance.now();
  while (!isSo()) {
    assert.ok(performance.now() - since < WAIT_MS, 'it comes about in time');
    await sleep(5);
  }
}

/** Resolves once nothing has changed for a while. */
async function settled(size: () => number): Promise<number> {
  let before = -1;
  while (before !== size()) {
    before = size();
    await sleep(300);
  }
  return before;
}

describe('the requests of one connection', () => {
  it('are all answered, in their order', async () => {
    await using server = await serve((request, response) => setImmediate(() => response.end(request.url)));
    const socket = await open(server.url);
    const text = received(socket);
    socket.write(burst(MANY) + 'GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const paths = (await text).match(/\/(?:\d+|last)(?=HTTP|$)/g);
    assert.deepEqual(paths, [...Array.from({ length: MANY }, (_, index) => `/${index}`), '/last']);
  });

  it('leave another connection its turn', async () => {
    await using server = await serve((request, response) => response.end(request.url));
    const flood = await open(server.url);
    const good = await open(server.url);
    flood.write(burst(MANY));
    good.write(get('/good'));
    await until(() => server.begun.includes('/good'));
    // The kernel may bring the good one some turns later, but not after all the others.
    assert.ok(server.begun.indexOf('/good') < MANY / 2, `only ${server.begun.indexOf('/good')} came before it`);
    flood.destroy();
    good.destroy();
  });

  it('are begun one at a time, and read only some ahead', async () => {
    const answers: (() => void)[] = [];
    await using server = await serve((_, response) => answers.push(() => response.end()));
    const socket = await open(server.url);
    socket.write(burst(MANY));
    await until(() => server.begun.length === 1);
    assert.equal(await settled(() => server.begun.length), 1);
    assert.ok(server.read.length < 100, `${server.read.length} are held`);
    answers.shift()?.();
    await until(() => server.begun.length === 2);
    socket.destroy();
  });

  it('are not begun while nobody reads the answers', async () => {
    const answer = 'x'.repeat(1_000_000);
    await using server = await serve((_, response) => response.end(answer));
    const socket = await open(server.url);
    socket.pause();
    socket.write(burst(MANY));
    // What the kernel holds for both sides is some megabytes.
    const begun = await settled(() => server.begun.length);
    assert.ok(begun > 0 && begun < 100, `${begun} of ${MANY} were begun`);
    socket.destroy();
  });

  it('are not begun any more once it is closed', async () => {
    await using server = await serve((_, response) => setImmediate(() => response.end()));
    const sockets = await Promise.all(Array.from({ length: 100 }, () => open(server.url)));
    for (const socket of sockets) socket.write(burst(MANY));
    await until(() => server.begun.filter((path) => path === '/0').length === 100);
    const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of sockets) socket.resetAndDestroy();
    await Promise.all(closed);
    for (let turns = 0; turns < 10; turns += 1) await turn();
    const before = server.begun.length;
    const after = await settled(() => server.begun.length);
    assert.ok(after - before <= 10, `${after - before} were begun for nobody`);
    assert.ok(after < (100 * MANY) / 2, `${after} were begun at all`);
  });

  it('are not begun any more once the other side has said all it had to say', async () => {
    await using server = await serve((_, response) => setImmediate(() => response.end()));
    const sockets = await Promise.all(Array.from({ length: 100 }, () => open(server.url)));
    for (const socket of sockets) socket.end(burst(MANY));
    await Promise.all(sockets.map((socket) => received(socket)));
    assert.ok(server.begun.length < 150, `${server.begun.length} were begun`);
  });

  it('keep their bodies, however large and however they come', async () => {
    await using server = await serve((request, response) => {
      let length = 0;
      request.on('data', (bytes: Buffer) => (length += bytes.length));
      request.on('end', () => response.end(`<${length}>`));
    });
    const socket = await open(server.url);
    const text = received(socket);
    const sizes = [0, 1, 1_000, 300_000, 5_000, 2_000_000, 7];
    for (const size of sizes) {
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n${'b'.repeat(size)}`);
    }
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const lengths = (await text).match(/<\d+>/g);
    assert.deepEqual(
      lengths,
      [...sizes, 0].map((size) => `<${size}>`),
    );
  });

  it('go on being read after more than it could hold back', async () => {
    await using server = await serve((request, response) => setImmediate(() => response.end(request.url)));
    const socket = await open(server.url);
    const text = received(socket);
    socket.write(burst(20_000) + 'GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    assert.ok((await text).endsWith('/last'));
    assert.equal(server.begun.length, 20_001);
  });
});
