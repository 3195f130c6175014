import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A server on a port of its own. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** An HTTP server that leaves every answer to `listener`, and counts the requests it saw. */
export async function httpServer(listener: RequestListener): Promise<Listening & { readonly seen: () => number }> {
  let seen = 0;
  const server = createHttpServer((request, response) => {
    seen += 1;
    listener(request, response);
  });
  return { ...(await listening(server)), seen: () => seen };
}

/** A TCP server that hands over each connection, for answers that no HTTP server would give. */
export async function tcpServer(onConnection: (socket: Socket) => void): Promise<Listening> {
  return listening(
    createServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    }),
  );
}

/** Has `server` listen on a free port of this machine; disposing of it cuts what is still connected. */
export async function listening(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A port of this machine on which nobody listens. */
export async function deafPort(): Promise<number> {
  const server = await listening(createServer());
  await server[Symbol.asyncDispose]();
  return server.port;
}
