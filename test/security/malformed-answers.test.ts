import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { toProblem, type Answer } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { CLIENT_SECRET, type UpstreamCall } from '../support/service/start-sandbox.ts';
import { startService, type Service } from '../support/service/start-service.ts';
import { findLeaks, type Canary, type Place } from '../support/leaks.ts';

/** What is sent in place of an answer that holds tokens. */
type Mangle = (body: string, token: string) => string;

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

function chunk(body: string): string {
  return `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`;
}

function withLength(body: string, more = 0): string {
  return `${OK}Content-Length: ${Buffer.byteLength(body) + more}\r\n\r\n${body}`;
}

const MANGLED: Record<string, Mangle> = {
  'a chunk size that is none': (body, token) => `${CHUNKED}${chunk(body)}${token}\r\n`,
  'a chunk that is longer than it says': (body) => `${CHUNKED}5\r\n${body}\r\n0\r\n\r\n`,
  'a broken trailer': (body, token) => `${CHUNKED}${chunk(body)}0\r\n${token}\0${body}\r\n\r\n`,
  'no last chunk': (body) => CHUNKED + chunk(body),
  'a header line that is none': (body, token) => `${OK}${token}\r\n\r\n${body}`,
  'a header with a forbidden byte': (body, token) => `${OK}X-Token: ${token}\0\r\n\r\n${body}`,
  'headers without an end': (_, token) => `${OK}X-Token: ${token.repeat(200)}`,
  'two lengths': (body) => `${OK}Content-Length: 3\r\n${withLength(body).slice(OK.length)}`,
  'a length and chunks': (body) => `${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(body)}`,
  'a body that ends too soon': (body) => withLength(body, 10),
  'a body that is half a document': (body) => withLength(body.slice(0, -20)),
  'no status line': (body) => body,
  'a status line with a token': (_, token) => `HTTP/1.1 ${token}\r\n\r\n`,
};

/** Cal.com behind something that breaks the answers with tokens, once it is told how. */
interface BreakingProxy extends AsyncDisposable {
  readonly url: string;
  mangle: Mangle | undefined;
  /** How many answers were broken. */
  broken: number;
}

async function startBreakingProxy(calComUrl: () => string): Promise<BreakingProxy> {
  const server = createServer();
  const proxy: BreakingProxy = {
    url: '',
    mangle: undefined,
    broken: 0,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  server.on('request', (incoming, outgoing) => {
    void forward(calComUrl() + (incoming.url ?? ''), incoming).then(({ status, text }) => {
      const token: string = JSON.parse(text).data?.accessToken ?? '';
      if (proxy.mangle === undefined || token === '') {
        outgoing.writeHead(status, { 'content-type': 'application/json' }).end(text);
      } else {
        proxy.broken += 1;
        incoming.socket.end(proxy.mangle(text, token));
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(proxy, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function forward(url: string, incoming: IncomingMessage): Promise<{ status: number; text: string }> {
  const chunks: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) chunks.push(part);
  const headers = new Headers();
  for (const name of ['content-type', 'x-cal-secret-key', 'x-cal-client-id', 'authorization']) {
    const value = incoming.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
  const response = await fetch(url, { method: incoming.method ?? 'GET', headers, ...body });
  return { status: response.status, text: await response.text() };
}

/** A service whose Cal.com is behind the proxy. */
async function newScene() {
  await using started = new AsyncDisposableStack();
  let calComUrl = '';
  const proxy = started.use(await startBreakingProxy(() => calComUrl));
  const service = started.use(await startService({ env: { CAL_COM_API_URL: `${proxy.url}/v2` } }));
  calComUrl = service.sandbox.url;
  const all = started.move();
  return { proxy, service, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Brings alice to where her next call makes this call upstream. */
async function leadTo(kind: UpstreamCall, service: Service): Promise<void> {
  if (kind === 'create') return;
  const { status, text } = await service.token(jwt('alice'));
  assert.equal(status, 200, text);
  await service.expire();
  if (kind === 'force-refresh') await service.sandbox.control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
}

/** Every token there ever was, and the secret. */
async function canaries({ sandbox }: Service): Promise<Canary[]> {
  const { tokens } = await sandbox.control('GET', '/state');
  assert.ok(tokens.length >= 2, 'there was something to leak');
  const issued = tokens.flatMap(({ kind, token }: { kind: string; token: string }): Canary[] => [
    { name: `${kind} token`, bytes: Buffer.from(token) },
    // Part of one is as good as all of it, once it holds the random part.
    { name: `middle of ${kind} token`, bytes: Buffer.from(token.slice(-60, -30)) },
  ]);
  return [...issued, { name: 'the client secret', bytes: Buffer.from(CLIENT_SECRET) }];
}

/** All that was said: the lines of the log, what the logger was given to its last hidden cause, the answer. */
function places({ logs, logged }: Service, answer: Answer): Place[] {
  const options = { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null } as const;
  return Object.entries({
    'log lines': logs.join(''),
    'what was logged': inspect(logged, options),
    'headers of the answer': JSON.stringify([...answer.headers]),
    'body of the answer': answer.text,
  }).map(([name, text]) => ({ name, bytes: Buffer.from(text) }));
}

for (const kind of ['create', 'refresh', 'force-refresh'] as const) {
  describe(`an answer to ${kind} that breaks HTTP by`, { concurrency: 4 }, () => {
    for (const [how, mangle] of Object.entries(MANGLED)) {
      it(`${how} leaves no token in log, error or cause`, async () => {
        await using scene = await newScene();
        const { proxy, service } = scene;
        await leadTo(kind, service);
        const logged = service.logged.length;
        proxy.mangle = mangle;
        const answer = await service.token(jwt('alice'));
        assert.equal(proxy.broken, 1, 'it did break');
        toProblem(answer, 500, 'upstream_unavailable');
        assert.ok(service.logged.length > logged, 'and was logged');
        assert.deepEqual(findLeaks(await canaries(service), places(service, answer)), []);
      });
    }
  });
}

describe('the search through what was logged', () => {
  it('finds a token in the cause of a cause, and in a property that no log line shows', () => {
    const canary = { name: 'canary', bytes: Buffer.from('canary-0123456789-abcdef') };
    const hidden = new Error('outer', { cause: new Error('inner', { cause: { data: canary.bytes.toString() } }) });
    Object.defineProperty(hidden, 'secret', { value: canary.bytes.toString(), enumerable: false });
    const answer = { status: 500, headers: new Headers(), text: '', json: undefined };
    const service = { logs: [], logged: [[{ err: hidden }]] } as unknown as Service;
    assert.ok(findLeaks([canary], places(service, answer)).length > 0);
  });
});
