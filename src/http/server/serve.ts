import { createServer, type Server } from 'node:http';
import { Draining, unready } from './draining.ts';
import { responseOf } from './fetch-adapter.ts';
import type { FetchHandler } from './fetch-handler.ts';
import { answerInTurn } from './in-turn.ts';
import { nodeAdapter } from './node-adapter.ts';
import { ProblemError } from '../response/problem.ts';
import { answerMalformedRequest } from './malformed-request.ts';

/** A listening server. Answers 503 until `serve` is called. */
export interface Listening {
  /** The base URL, without a trailing slash. */
  readonly url: string;
  serve(handler: FetchHandler): void;
  /** Keeps serving, but reports not ready and tells every caller to close its connection. */
  drain(): void;
  /** Stops accepting, waits up to `patienceMs` for requests in progress, then cuts the remaining connections. */
  close(patienceMs?: number): Promise<void>;
}

const DEFAULT_PATIENCE_MS = 5_000;
const SWEEP_MS = 50;

const STARTING = new ProblemError(503, 'starting', 'Evergrant is starting. Ask again in a second.', {
  headers: { 'retry-after': '1' },
});

/** Cuts off slow senders, but not clients that wait for us. Milliseconds and bytes. */
const LIMITS = {
  headersTimeout: 30_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16_384,
  // We answer requests without Host ourselves: health checks of HTTP/1.0 send none, and others are told in words.
  requireHostHeader: false,
};

/**
 * Listens with Node's HTTP server.
 *
 * @param address port 0 means any free port
 * @throws the socket's error, such as EADDRINUSE
 */
export async function listen(address: { host: string; port: number }): Promise<Listening> {
  let handler: FetchHandler = {
    fetch: () => responseOf(STARTING.toAnswer()),
  };
  const server = createServer(LIMITS);
  answerInTurn(
    server,
    nodeAdapter(() => handler),
  );
  server.on('clientError', answerMalformedRequest);
  const draining = new Draining(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: boundUrl(server, address),
    serve: (next) => {
      handler = next;
    },
    drain: () => {
      handler = unready(handler);
      draining.begin();
    },
    close: (patienceMs = DEFAULT_PATIENCE_MS) => closed(server, patienceMs),
  };
}

function boundUrl(server: Server, address: { host: string; port: number }): string {
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`;
}

async function closed(server: Server, patienceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    // A closing server no longer times out slow senders, so one half-sent request would hold it open indefinitely.
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, patienceMs);
    // Nor does it close keep-alive connections after their last response.
    const sweep = setInterval(() => {
      server.closeIdleConnections();
    }, SWEEP_MS);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(sweep);
      resolve();
    });
  });
}
