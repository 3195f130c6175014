import assert from 'node:assert/strict';
import { createSecureServer, constants, type ServerHttp2Stream } from 'node:http2';
import { describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { openTransport } from '../../../src/oauth/transport.ts';
import { listening } from '../../support/servers/listening.ts';
import { selfSignedCertificate } from '../../support/servers/self-signed-certificate.ts';

// This file is a process of its own; nobody else comes to trust the certificate.
setDefaultCACertificates([...getCACertificates('default'), selfSignedCertificate.cert]);

/** How often one call reaches a server that speaks both versions and prefers the newer. */
async function arrivals(onStream: (stream: ServerHttp2Stream) => void): Promise<number> {
  let seen = 0;
  const server = createSecureServer({ ...selfSignedCertificate, allowHTTP1: true }, (request, response) => {
    if (request.httpVersionMajor === 2) return;
    seen += 1;
    response.end('{}');
  });
  server.on('stream', (stream: ServerHttp2Stream) => {
    seen += 1;
    stream.on('error', () => undefined);
    onStream(stream);
  });
  server.on('sessionError', () => undefined);
  await using tls = await listening(server);
  await using transport = openTransport();
  const result = await transport.send({
    method: 'POST',
    url: `https://localhost:${tls.port}/oauth/token`,
    headers: { 'content-type': 'application/json' },
    body: '{"refreshToken":"single-use"}',
    timeoutMs: 1_000,
  });
  assert.notEqual(result.kind, 'not_sent');
  return seen;
}

describe('a transport whose server can speak HTTP/2', () => {
  it('sends nothing twice when the server refuses the stream', async () => {
    const seen = await arrivals((stream) => {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
    });
    assert.equal(seen, 1);
  });
});
