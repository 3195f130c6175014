import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../../../../src/http/endpoint.ts';
import { endpointTable } from '../../../../src/http/endpoint-table.ts';
import { nodeAdapter } from '../../../../src/http/server/node-adapter.ts';
import { open } from '../../../support/service/raw-request.ts';

/** A server with this endpoint alone, and when each of its connections has closed. */
async function serve(endpoint: Endpoint) {
  const endpoints = endpointTable([{ method: 'POST', path: '/', endpoint }]);
  const server = createServer(
    nodeAdapter(() => ({ fetch: () => assert.fail('it is not for the other door'), endpoints })),
  );
  const closed = Promise.withResolvers<undefined>();
  server.on('connection', (socket) => {
    socket.once('close', () => {
      closed.resolve(undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    closed: closed.promise,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a body', () => {
  for (const [sent, read] of [
    ['{"a":1}', '{"a":1}'],
    ['{"a"', 'The body cannot be read: it broke off. Accepted is a JSON object.'],
  ] as const) {
    it(`of which ${sent} came before its connection closed is never taken for none`, async () => {
      const arrived = Promise.withResolvers<undefined>();
      const result = Promise.withResolvers<string>();
      await using server = await serve(async (call) => {
        arrived.resolve(undefined);
        await gone;
        await sleep(20);
        result.resolve(await call.body().catch((error: unknown) => (error as Error).message));
        return { status: 200, headers: {}, body: '' };
      });
      const gone = server.closed;
      const socket = await open(server.url);
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n${sent}`);
      await arrived.promise;
      socket.resetAndDestroy();
      assert.equal(await result.promise, read);
    });
  }
});
