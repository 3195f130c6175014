import assert from 'node:assert/strict';
import { createServer as createTlsServer } from 'node:tls';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTransport, type UpstreamCall, type UpstreamResult } from '../../../src/oauth/transport.ts';
import { deafPort, httpServer, listening, tcpServer } from '../../support/servers/listening.ts';
import { selfSignedCertificate } from '../../support/servers/self-signed-certificate.ts';

const LIMIT_BYTES = 1024 * 1024;

async function send(url: string, call: Partial<UpstreamCall> = {}): Promise<UpstreamResult> {
  await using transport = openTransport();
  return await transport.send(post(url, call));
}

function post(url: string, call: Partial<UpstreamCall> = {}): UpstreamCall {
  return { method: 'POST', url, headers: {}, body: '{"a":1}', timeoutMs: 5_000, ...call };
}

/** What the server gets is answered with these bytes, and then with what `after` does. */
function answering(bytes: string, after: 'end' | 'reset' | 'hang') {
  return tcpServer((socket) => {
    socket.once('data', () => {
      socket.write(bytes, () => {
        if (after === 'end') socket.end();
        // The bytes need a moment to arrive before the reset overtakes them.
        if (after === 'reset') setTimeout(() => socket.resetAndDestroy(), 20);
      });
    });
  });
}

describe('a call that is answered', () => {
  it('brings status, headers and the JSON document', async () => {
    await using server = await httpServer((_request, response) => {
      response.writeHead(418, { 'content-type': 'text/plain', 'x-wait': '7' }).end('{"tea":["pot"]}');
    });
    const result = await send(`http://127.0.0.1:${server.port}/`);
    assert.ok(result.kind === 'answered');
    assert.equal(result.status, 418);
    assert.equal(result.headers['x-wait'], '7');
    assert.deepEqual(result.json, { tea: ['pot'] });
  });

  it('is sent as given: method, path, headers and body', async () => {
    let got = '';
    await using server = await httpServer((request, response) => {
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (got += chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        response.end(JSON.stringify({ method, url, accept: headers.accept, secret: headers['x-secret'] }));
      });
    });
    const result = await send(`http://127.0.0.1:${server.port}/a%2Fb?c=d`, { headers: { 'x-secret': 's' } });
    assert.ok(result.kind === 'answered');
    assert.deepEqual(result.json, { method: 'POST', url: '/a%2Fb?c=d', accept: 'application/json', secret: 's' });
    assert.equal(got, '{"a":1}');
  });

  for (const body of ['', '<html>down</html>', '{"cut":', '{"a":1}{"b":2}']) {
    it(`has no JSON where the body is ${JSON.stringify(body)}`, async () => {
      await using server = await httpServer((_request, response) => response.end(body));
      const result = await send(`http://127.0.0.1:${server.port}/`);
      assert.ok(result.kind === 'answered');
      assert.equal(result.json, undefined);
    });
  }

  it('takes a body of exactly 1 MiB', async () => {
    const text = 'x'.repeat(LIMIT_BYTES - 2);
    await using server = await httpServer((_request, response) => response.end(JSON.stringify(text)));
    const result = await send(`http://127.0.0.1:${server.port}/`);
    assert.ok(result.kind === 'answered');
    assert.equal(result.json, text);
  });

  it('is not led on by a redirect', async () => {
    await using stranger = await httpServer((_request, response) => response.end('{"stolen":true}'));
    for (const status of [301, 302, 303, 307, 308]) {
      await using server = await httpServer((_request, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${stranger.port}/` }).end(),
      );
      const result = await send(`http://127.0.0.1:${server.port}/`);
      assert.equal(result.kind === 'answered' && result.status, status);
    }
    assert.equal(stranger.seen(), 0);
  });
});

describe('a call that perhaps arrived', () => {
  it('is unanswered where the body is longer than 1 MiB, however it is framed', async () => {
    const text = JSON.stringify('x'.repeat(LIMIT_BYTES - 1));
    await using whole = await httpServer((_request, response) => response.end(text));
    await using chunked = await httpServer((_request, response) => {
      for (let at = 0; at < text.length; at += 1000) response.write(text.slice(at, at + 1000));
      response.end();
    });
    for (const { port } of [whole, chunked]) assert.equal((await send(`http://127.0.0.1:${port}/`)).kind, 'unanswered');
  });

  it('is unanswered where the body never ends', { timeout: 10_000 }, async () => {
    await using server = await httpServer((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(4096)));
      };
      response.on('drain', more);
      more();
    });
    assert.equal((await send(`http://127.0.0.1:${server.port}/`)).kind, 'unanswered');
  });

  it('is unanswered where the connection is reset after the request', async () => {
    await using server = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    assert.equal((await send(`http://127.0.0.1:${server.port}/`)).kind, 'unanswered');
  });

  it('is unanswered where the connection is closed without a word', async () => {
    await using server = await tcpServer((socket) => socket.once('data', () => socket.end()));
    assert.equal((await send(`http://127.0.0.1:${server.port}/`)).kind, 'unanswered');
  });

  for (const after of ['reset', 'end'] as const) {
    it(`is unanswered where the body is cut by ${after === 'reset' ? 'a reset' : 'an early end'}`, async () => {
      await using server = await answering('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"accessToken":"x"}', after);
      assert.equal((await send(`http://127.0.0.1:${server.port}/`)).kind, 'unanswered');
    });

    it(`is unanswered where a chunked body is cut by ${after === 'reset' ? 'a reset' : 'an early end'}`, async () => {
      await using server = await answering('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n', after);
      assert.equal((await send(`http://127.0.0.1:${server.port}/`)).kind, 'unanswered');
    });
  }

  it('is unanswered where what comes back is not HTTP', async () => {
    await using server = await answering('220 mail.example.com ESMTP\r\n', 'end');
    assert.equal((await send(`http://127.0.0.1:${server.port}/`)).kind, 'unanswered');
  });

  const slow: [name: string, bytes: string][] = [
    ['nothing', ''],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-'],
    ['half a body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":'],
  ];
  for (const [name, bytes] of slow) {
    it(`is unanswered once the time is up and the server has sent ${name}`, { timeout: 5_000 }, async () => {
      await using server = await answering(bytes, 'hang');
      const before = performance.now();
      assert.equal((await send(`http://127.0.0.1:${server.port}/`, { timeoutMs: 300 })).kind, 'unanswered');
      assert.ok(performance.now() - before < 2_000);
    });
  }

  it('is unanswered once the time is up, though a byte comes every now and then', { timeout: 5_000 }, async () => {
    await using server = await httpServer((_request, response) => {
      const drip = setInterval(() => response.write(' '), 50);
      response.on('close', () => {
        clearInterval(drip);
      });
    });
    assert.equal((await send(`http://127.0.0.1:${server.port}/`, { timeoutMs: 300 })).kind, 'unanswered');
  });
});

describe('a call that never left', () => {
  it('is not sent where the connection is refused', async () => {
    assert.equal((await send(`http://127.0.0.1:${await deafPort()}/`)).kind, 'not_sent');
  });

  it('is not sent where both addresses of a name refuse the connection', async () => {
    assert.equal((await send(`http://localhost:${await deafPort()}/`)).kind, 'not_sent');
  });

  it('is not sent where the name is of no machine', async () => {
    assert.equal((await send('http://no-such-machine.invalid/')).kind, 'not_sent');
  });

  it('is not sent where its time is up and the connection is not made', { timeout: 5_000 }, async () => {
    // Whoever says nothing to a greeting of TLS is not connected to.
    await using server = await tcpServer((socket) => socket.resume());
    const before = performance.now();
    assert.equal((await send(`https://localhost:${server.port}/`, { timeoutMs: 300 })).kind, 'not_sent');
    assert.ok(performance.now() - before < 2_000);
  });

  it('is not sent, to the last byte, where the certificate is signed by nobody', async () => {
    let received = 0;
    const server = createTlsServer(selfSignedCertificate, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => (received += bytes.length));
    });
    server.on('tlsClientError', () => undefined);
    await using tls = await listening(server);
    const closed = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)));
    assert.equal((await send(`https://localhost:${tls.port}/`)).kind, 'not_sent');
    await closed;
    assert.equal(received, 0);
  });
});

describe('a call that finds every connection in use', () => {
  const CONNECTIONS = 128;

  /** A server that answers nothing until it is told to, and all of its connections taken. */
  async function newCrowd() {
    const held: (() => void)[] = [];
    let isOpen = false;
    const server = await httpServer((_request, response) => {
      if (isOpen) response.end('{}');
      else held.push(() => response.end('{}'));
    });
    const transport = openTransport();
    const url = `http://127.0.0.1:${server.port}/`;
    const crowd = Array.from({ length: CONNECTIONS }, () => transport.send(post(url, { timeoutMs: 60_000 })));
    while (held.length < CONNECTIONS) await sleep(10);
    return {
      server,
      ask: (timeoutMs: number) => transport.send(post(url, { timeoutMs })),
      async letGo() {
        isOpen = true;
        for (const answer of held) answer();
        return new Set((await Promise.all(crowd)).map(({ kind }) => kind));
      },
      async [Symbol.asyncDispose]() {
        await transport[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  }

  it('is not sent where its time is up before one is free, nor later', { timeout: 20_000 }, async () => {
    await using crowd = await newCrowd();
    const before = performance.now();
    const results = await Promise.all(Array.from({ length: 300 }, () => crowd.ask(200)));
    assert.ok(performance.now() - before < 5_000);
    assert.deepEqual(new Set(results.map(({ kind }) => kind)), new Set(['not_sent']));
    assert.ok(results[0]?.kind === 'not_sent' && String(results[0].cause).includes('no_connection_free'));
    assert.deepEqual(await crowd.letGo(), new Set(['answered']));
    assert.equal((await crowd.ask(5_000)).kind, 'answered');
    assert.equal(crowd.server.seen(), CONNECTIONS + 1, 'whoever gave up was never sent');
  });

  it('is sent once one is free', { timeout: 20_000 }, async () => {
    await using crowd = await newCrowd();
    const late = Array.from({ length: 300 }, () => crowd.ask(15_000));
    await sleep(100);
    assert.equal(crowd.server.seen(), CONNECTIONS);
    await crowd.letGo();
    assert.deepEqual(new Set((await Promise.all(late)).map(({ kind }) => kind)), new Set(['answered']));
    assert.equal(crowd.server.seen(), CONNECTIONS + 300);
  });
});

describe('a transport', () => {
  it('sends nothing twice when the server closes the connection it kept alive', async () => {
    const bodies: string[] = [];
    await using server = await tcpServer((socket) => {
      let answered = 0;
      socket.on('data', (bytes) => {
        bodies.push(/id=\d+/.exec(bytes.toString())?.[0] ?? '');
        // The second request on a connection is taken and never answered.
        if (++answered === 1) socket.write('HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\n{}');
        else socket.resetAndDestroy();
      });
    });
    await using transport = openTransport();
    const kinds: string[] = [];
    for (let id = 1; id <= 6; id++) {
      kinds.push((await transport.send(post(`http://127.0.0.1:${server.port}/`, { body: `id=${id}` }))).kind);
    }
    assert.deepEqual(bodies, ['id=1', 'id=2', 'id=3', 'id=4', 'id=5', 'id=6']);
    assert.deepEqual([...new Set(kinds)].sort(), ['answered', 'unanswered']);
  });

  it('sends nothing twice when the server resets a burst of calls', async () => {
    const seen = new Map<string, number>();
    await using server = await httpServer((request, response) => {
      const id = String(request.headers['x-id']);
      seen.set(id, (seen.get(id) ?? 0) + 1);
      if (Number(id) % 3 === 0) request.socket.resetAndDestroy();
      else response.end('{}');
    });
    await using transport = openTransport();
    const url = `http://127.0.0.1:${server.port}/`;
    const ids = Array.from({ length: 300 }, (_, index) => String(index));
    const results = await Promise.all(ids.map((id) => transport.send(post(url, { headers: { 'x-id': id } }))));
    assert.equal(seen.size, ids.length);
    assert.deepEqual([...new Set(seen.values())], [1]);
    assert.equal(results.filter(({ kind }) => kind === 'unanswered').length, 100);
  });

  it('never rejects, whatever it is told to send', async () => {
    for (const call of [
      post('not a url'),
      post('ftp://127.0.0.1/'),
      post('http://127.0.0.1:1/', { headers: { 'x-bad': 'a\nb' } }),
    ]) {
      await using transport = openTransport();
      assert.notEqual((await transport.send(call)).kind, 'answered');
    }
  });

  it('answers calls in flight as unanswered when it is closed', async () => {
    await using server = await tcpServer((socket) => socket.resume());
    const transport = openTransport();
    const call = transport.send(post(`http://127.0.0.1:${server.port}/`));
    setTimeout(() => void transport[Symbol.asyncDispose](), 50);
    assert.equal((await call).kind, 'unanswered');
  });
});
