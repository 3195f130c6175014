import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fake } from './fake.ts';
import { Front } from './front.ts';
import { SandboxState } from './sandbox-state.ts';
import { WaitingRoom } from './waiting-room.ts';

/** How a sandbox is started. */
export interface SandboxOptions {
  /** Host to listen on, default 127.0.0.1. */
  host?: string;
  /** 0 = any free port. */
  port: number;
  /**
   * When given, all state is loaded from this file (mode 0600) and written to it before an answer reveals a change, so
   * that a kill at any time followed by a restart forgets nothing but the counters of the rate limit. The journal
   * goes into a second file beside it, `<stateFile>.journal`.
   */
  stateFile?: string;
}

/** A sandbox that listens. */
export interface RunningSandbox extends AsyncDisposable {
  /** Scheme, host and port, e.g. `http://127.0.0.1:4010`. */
  readonly url: string;
  /** Cuts every connection, hung ones included, and stops listening. */
  close(): Promise<void>;
}

/** Serves a fake and its control API; rejects when the port is taken. */
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
    // The files are touched only by the one who has the port: a second sandbox must not disturb the first one's state.
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
