import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { tokenOf } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { chunked, sendBytes, sendRequest } from '../support/service/raw-request.ts';
import { startService, TOKEN_PATH, type Service } from '../support/service/start-service.ts';

/** The request of each published snippet, as the language's own client puts it on the wire. */
const SNIPPETS: Record<string, { head: string[]; body: string }> = {
  python: {
    head: [
      'User-Agent: python-requests/2.32.3',
      'Accept-Encoding: gzip, deflate, br',
      'Accept: */*',
      'Content-Type: application/json',
      'Content-Length: 2',
    ],
    body: '{}',
  },
  javascript: {
    head: [
      'content-type: application/json',
      'accept: */*',
      'accept-language: *',
      'sec-fetch-mode: cors',
      'user-agent: node',
      'accept-encoding: gzip, deflate',
      'content-length: 2',
    ],
    body: '{}',
  },
  go: {
    head: [
      'User-Agent: Go-http-client/1.1',
      'Content-Length: 2',
      'Content-Type: application/json',
      'Accept-Encoding: gzip',
    ],
    body: '{}',
  },
  ruby: {
    head: [
      'Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
      'Accept: */*',
      'User-Agent: Ruby',
      'Content-Type: application/json',
      'Content-Length: 2',
    ],
    body: '{}',
  },
  java: {
    head: [
      'Content-Type: application/json',
      'accept-encoding: gzip',
      'user-agent: unirest-java/1.3.11',
      'Content-Length: 2',
    ],
    body: '{}',
  },
  php: {
    head: ['User-Agent: GuzzleHttp/7', 'Content-Type: application/json', 'Content-Length: 2'],
    body: '{}',
  },
  csharp: {
    head: [
      'Accept: application/json, text/json, text/x-json, text/javascript, application/xml, text/xml',
      'User-Agent: RestSharp/106.15.0.0',
      'Content-Type: application/json; charset=utf-8',
      'Content-Length: 2',
      'Accept-Encoding: gzip, deflate',
    ],
    body: '{}',
  },
  swift: {
    // `[] as [String : Any]` is written down as an empty dictionary by some versions and as an empty array by others.
    head: [
      'Content-Type: application/json',
      'Accept: */*',
      'User-Agent: app/1 CFNetwork/1568 Darwin/24.0.0',
      'Accept-Language: en-GB,en;q=0.9',
      'Content-Length: 2',
      'Accept-Encoding: gzip, deflate',
    ],
    body: '[]',
  },
};

/** Other ways in which clients say "nothing in particular". */
const BODIES: Record<string, { head: string[]; body?: string }> = {
  'no body, no content type': { head: ['Content-Length: 0'] },
  'no body, not even a length': { head: [] },
  'no body, but a content type': { head: ['Content-Type: application/json', 'Content-Length: 0'] },
  'white space alone': { head: ['Content-Type: application/json', 'Content-Length: 4'], body: ' \r\n ' },
  'a charset in capitals and quotes': {
    head: ['Content-Type: Application/JSON;Charset="UTF-8"', 'Content-Length: 2'],
    body: '{}',
  },
  'a body without a content type': { head: ['Content-Length: 2'], body: '{}' },
  'a chunked body': {
    head: ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
    body: chunked('{"force_refresh": false, "timezone": "Europe/Rome"}', 7),
  },
  'an empty chunked body': { head: ['Transfer-Encoding: chunked'], body: '0\r\n\r\n' },
  'a byte order mark': {
    head: ['Content-Type: application/json', 'Content-Length: 5'],
    body: '\ufeff{}',
  },
};

describe('the request of every published client', () => {
  let service: Service;
  before(async () => {
    service = await startService();
  });
  after(async () => {
    await service.stop();
  });

  const send = (subject: string, { head, body }: { head: string[]; body?: string }, path = TOKEN_PATH) =>
    sendRequest(service.url, [`POST ${path} HTTP/1.1`, `Authorization: Bearer ${jwt(subject)}`, ...head], body);

  for (const [language, request] of Object.entries(SNIPPETS)) {
    it(`integrates and then serves the user of the ${language} snippet`, async () => {
      const created = tokenOf(await send(language, request));
      assert.equal(created.integration_status, 'created');
      const again = tokenOf(await send(language, request, TOKEN_PATH.replace(/\/$/, '')));
      assert.equal(again.integration_status, 'existing');
      assert.equal(again.access_token, created.access_token);
      assert.equal((await service.sandbox.me(again.access_token)).status, 200);
    });
  }

  for (const [name, request] of Object.entries(BODIES)) {
    it(`takes ${name}`, async () => {
      const subject = name.replaceAll(/[^a-z]+/g, '-');
      assert.equal(tokenOf(await send(subject, request)).integration_status, 'created');
    });
  }

  it('takes what Node’s own fetch sends, as a stream too', async () => {
    const headers = { authorization: `Bearer ${jwt('fetch')}`, 'Content-Type': 'application/json' };
    const plain = await fetch(service.url + TOKEN_PATH, { method: 'POST', headers, body: '{}' });
    assert.equal(plain.status, 200);
    const body = new Blob(['{"timezone":', '"Europe/Rome"}']).stream();
    const streamed = await fetch(service.url + TOKEN_PATH, { method: 'POST', headers, body, duplex: 'half' });
    assert.equal(streamed.status, 200);
  });

  it('answers two requests that share a connection', async () => {
    const head = `POST ${TOKEN_PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${jwt('pipeline')}\r\nContent-Length: 2\r\n`;
    const text = await sendBytes(service.url, `${head}\r\n{}${head}Connection: close\r\n\r\n{}`);
    assert.equal(text.match(/HTTP\/1\.1 200 OK/g)?.length, 2, text);
  });
});
