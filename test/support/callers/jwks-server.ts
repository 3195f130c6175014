import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Json } from './tokens.ts';

/** A real issuer of keys, which counts how often it is asked and can be made to fail. */
export interface JwksServer extends AsyncDisposable {
  readonly url: string;
  fetches: number;
  keys: Json[];
  /** Answers in place of the keys. */
  fault: ((answer: ServerResponse) => void) | undefined;
}

export async function startJwksServer(keys: Json[]): Promise<JwksServer> {
  const http = createServer((_, answer) => {
    server.fetches += 1;
    if (server.fault !== undefined) {
      server.fault(answer);
      return;
    }
    answer.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: server.keys }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: JwksServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/jwks.json`,
    fetches: 0,
    keys,
    fault: undefined,
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
