import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { createSecureServer } from 'node:http2';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import type { Proxies } from '../../../src/oauth/outgoing.ts';
import { openTransport, type Transport, type UpstreamCall } from '../../../src/oauth/transport.ts';
import { Secret } from '../../../src/secret.ts';
import { deafPort, httpServer, listening } from '../../support/servers/listening.ts';
import { proxyServer } from '../../support/servers/proxy-server.ts';
import { certificateElsewhere, selfSignedCertificate } from '../../support/servers/self-signed-certificate.ts';

// This file is a process of its own; nobody else comes to trust the certificate.
setDefaultCACertificates([...getCACertificates('default'), certificateElsewhere.cert]);

const ELSEWHERE = 'https://oauth.example.test/x/token';

function post(url: string, call: Partial<UpstreamCall> = {}): UpstreamCall {
  return { method: 'POST', url, headers: {}, body: '{"a":1}', timeoutMs: 5_000, ...call };
}

function through(port: number, more: Partial<Proxies> = {}): Transport {
  const url = new Secret(`http://evergrant:s%3Acret@127.0.0.1:${port}`);
  return openTransport({ userAgent: 'test', proxies: { https: url, http: url, except: '', ...more } });
}

/** A server elsewhere, and the proxy that leads there. */
async function newWay(listener: RequestListener) {
  let seen = 0;
  const server = createSecure(certificateElsewhere, (request, response) => {
    seen += 1;
    listener(request, response);
  });
  server.on('tlsClientError', () => undefined);
  const there = await listening(server);
  const proxy = await proxyServer(there.port);
  return {
    proxy,
    seen: () => seen,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
    },
  };
}

describe('a call through a proxy', () => {
  it('reaches its server by CONNECT, the user and the password for the proxy alone', async () => {
    await using way = await newWay((request, response) => response.end(JSON.stringify(request.headers)));
    await using transport = through(way.proxy.port);
    const result = await transport.send(post(ELSEWHERE));
    assert.ok(result.kind === 'answered', inspect(result));
    const headers: any = result.json;
    assert.equal(headers.host, 'oauth.example.test');
    assert.equal(headers['user-agent'], 'test');
    assert.equal(headers['proxy-authorization'], undefined);
    assert.deepEqual(way.proxy.requests, ['CONNECT oauth.example.test:443']);
    assert.deepEqual(way.proxy.authorizations, [`Basic ${btoa('evergrant:s:cret')}`]);
  });

  it('reaches a server without TLS in the words of HTTP', async () => {
    await using server = await httpServer((request, response) => {
      response.end(JSON.stringify({ url: request.url, host: request.headers.host }));
    });
    await using proxy = await proxyServer(server.port);
    await using transport = through(proxy.port);
    const result = await transport.send(post('http://oauth.example.test/x/token'));
    assert.ok(result.kind === 'answered');
    assert.deepEqual(result.json, { url: '/x/token', host: 'oauth.example.test' });
    assert.deepEqual(proxy.requests, ['POST http://oauth.example.test/x/token']);
  });

  it('takes the proxy for http where there is none for https', async () => {
    await using way = await newWay((_request, response) => response.end('{}'));
    await using transport = through(way.proxy.port, { https: undefined });
    assert.equal((await transport.send(post(ELSEWHERE))).kind, 'answered');
  });

  it('is none where the server is this machine, or excepted', async () => {
    await using server = await httpServer((_request, response) => response.end('{}'));
    await using proxy = await proxyServer(server.port);
    await using transport = through(proxy.port, { except: 'other.test, .example.test:443' });
    for (const host of ['127.0.0.1', 'localhost']) {
      assert.equal((await transport.send(post(`http://${host}:${server.port}/`))).kind, 'answered');
    }
    // No name server knows it, and nobody asks the proxy.
    assert.equal((await transport.send(post(ELSEWHERE))).kind, 'not_sent');
    assert.deepEqual(proxy.requests, []);
    assert.equal((await transport.send(post('http://oauth.example.test/'))).kind, 'answered');
    assert.equal(proxy.requests.length, 1);
  });

  for (const conduct of [403, 407, 502, 503, 201, 'close'] as const) {
    it(`is not sent where the proxy builds no tunnel: ${conduct}`, async () => {
      await using way = await newWay((_request, response) => response.end('{}'));
      way.proxy.conduct = conduct;
      await using transport = through(way.proxy.port);
      const results = await Promise.all(Array.from({ length: 5 }, () => transport.send(post(ELSEWHERE))));
      for (const result of results) {
        assert.equal(result.kind, 'not_sent');
        assert.doesNotMatch(inspect(result, { depth: 9, showHidden: true }), /s%3Acret|s:cret|Basic/);
      }
      assert.equal(way.seen(), 0);
      way.proxy.conduct = 'tunnel';
      assert.equal((await transport.send(post(ELSEWHERE))).kind, 'answered');
    });
  }

  it('is not sent where nobody listens at the proxy', async () => {
    await using transport = through(await deafPort());
    for (const url of [ELSEWHERE, 'http://oauth.example.test/']) {
      const result = await transport.send(post(url));
      assert.equal(result.kind, 'not_sent');
      assert.doesNotMatch(inspect(result, { depth: 9, showHidden: true }), /s%3Acret|s:cret/);
    }
  });

  it('is not sent where the proxy says nothing, nor later', { timeout: 20_000 }, async () => {
    await using way = await newWay((_request, response) => response.end('{}'));
    way.proxy.conduct = 'silent';
    await using transport = through(way.proxy.port);
    const results = await Promise.all(
      Array.from({ length: 200 }, () => transport.send(post(ELSEWHERE, { timeoutMs: 300 }))),
    );
    assert.deepEqual(new Set(results.map(({ kind }) => kind)), new Set(['not_sent']));
    way.proxy.conduct = 'tunnel';
    // The places of those that gave up are free again once the proxy has had its time.
    assert.equal((await transport.send(post(ELSEWHERE, { timeoutMs: 15_000 }))).kind, 'answered');
    assert.equal(way.seen(), 1);
  });

  it('is not sent where whoever is behind the proxy is another', async () => {
    const server = createSecure(selfSignedCertificate, (_request, response) => response.end('{}'));
    server.on('tlsClientError', () => undefined);
    await using there = await listening(server);
    await using proxy = await proxyServer(there.port);
    await using transport = through(proxy.port);
    assert.equal((await transport.send(post(ELSEWHERE))).kind, 'not_sent');
  });

  it('is unanswered where the tunnel breaks after it was sent, and sent once', async () => {
    const seen = new Map<string, number>();
    await using way = await newWay((request, response) => {
      const id = String(request.headers['x-id']);
      seen.set(id, (seen.get(id) ?? 0) + 1);
      if (Number(id) % 3 === 0) request.socket.destroy();
      else response.end('{}');
    });
    await using transport = through(way.proxy.port);
    const ids = Array.from({ length: 150 }, (_, index) => String(index));
    const results = await Promise.all(ids.map((id) => transport.send(post(ELSEWHERE, { headers: { 'x-id': id } }))));
    assert.deepEqual([...new Set(seen.values())], [1]);
    assert.equal(seen.size, ids.length);
    assert.equal(results.filter(({ kind }) => kind === 'unanswered').length, 50);
    assert.equal(results.filter(({ kind }) => kind === 'answered').length, 100);
  });

  it('is unanswered where a proxy without tunnel loses the answer', async () => {
    await using server = await listening(createServer((request) => request.socket.destroy()));
    await using proxy = await proxyServer(server.port);
    await using transport = through(proxy.port);
    assert.equal((await transport.send(post('http://oauth.example.test/'))).kind, 'unanswered');
    assert.equal(proxy.requests.length, 1);
  });

  it('speaks no HTTP/2, which would send a refused stream again', async () => {
    let version = 0;
    const server = createSecureServer({ ...certificateElsewhere, allowHTTP1: true }, (request, response) => {
      version = request.httpVersionMajor;
      response.end('{}');
    });
    await using there = await listening(server);
    await using proxy = await proxyServer(there.port);
    await using transport = through(proxy.port);
    assert.equal((await transport.send(post(ELSEWHERE))).kind, 'answered');
    assert.equal(version, 1);
  });
});

describe('a call without a proxy', () => {
  it('reaches an IPv6 address, and a name of both kinds whose first address is deaf', async () => {
    const server = createServer((_request, response) => response.end('{}'));
    server.listen(0, '::1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await using transport = openTransport();
    try {
      // Not every machine gives its name an address of both kinds.
      const isBoth = new Set((await lookup('localhost', { all: true })).map(({ family }) => family)).size === 2;
      for (const host of ['[::1]', ...(isBoth ? ['localhost'] : [])]) {
        assert.equal((await transport.send(post(`http://${host}:${port}/`))).kind, 'answered', host);
      }
    } finally {
      server.close();
    }
  });

  it('looks into no environment', async () => {
    process.env['HTTPS_PROXY'] = process.env['HTTP_PROXY'] = `http://127.0.0.1:${await deafPort()}`;
    try {
      await using way = await newWay((_request, response) => response.end('{}'));
      await using transport = openTransport();
      assert.equal((await transport.send(post('http://oauth.example.test/'))).kind, 'not_sent');
      await using proxied = through(way.proxy.port, { http: undefined });
      assert.equal((await proxied.send(post(ELSEWHERE))).kind, 'answered');
    } finally {
      delete process.env['HTTPS_PROXY'];
      delete process.env['HTTP_PROXY'];
    }
  });
});
