import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fake } from './fake.ts';
import { Front } from './front.ts';
import { SandboxState } from './sandbox-state.ts';
import { WaitingRoom } from './waiting-room.ts';

/** Configures where a sandbox listens and what it keeps. */
export interface SandboxOptions {
  /** The host to listen on; 127.0.0.1 by default. */
  host?: string;
  /** 0 means any free port. */
  port: number;
  /**
   * A file (mode 0600) from which state is loaded, and to which it is written before a response reveals a change. After
   * a kill at any time, a restart loses nothing but the counters of the rate limit. The journal is stored next to it in
   * `<stateFile>.journal`.
   */
  stateFile?: string;
}

/** A running sandbox. */
export interface RunningSandbox extends AsyncDisposable {
  /** Scheme, host and port, e.g. `http://127.0.0.1:4010`. */
  readonly url: string;
  /** Cuts every connection, including hung ones, and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves a fake and its control API.
 *
 * @throws the socket's error, such as EADDRINUSE
 */
export async function listen(
  fake: Fake,
  { host = '127.0.0.1', port, stateFile }: SandboxOptions,
): Promise<RunningSandbox> {
  const waitingRoom = new WaitingRoom();
  const server = createServer({ keepAliveTimeout: 60_000 });
  server.listen(port, host);
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    waitingRoom.close();
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  try {
    // Files are read only after the port is bound, so that a second sandbox does not disturb the first one's state.
    const front = new Front(new SandboxState(fake, stateFile), waitingRoom);
    server.on('request', (incoming, outgoing) => {
      front.receive({ incoming, outgoing }).catch((error: unknown) => {
        fail(outgoing, error);
      });
    });
  } catch (error) {
    await close();
    throw error;
  }
  const address = server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${shownHost}:${address.port}`, close, [Symbol.asyncDispose]: close };
}

function fail(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent || outgoing.destroyed) {
    outgoing.destroy();
    return;
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  outgoing.writeHead(500, { 'Content-Type': 'application/json' });
  outgoing.end(JSON.stringify({ error: 'sandbox_failed', message }));
}
