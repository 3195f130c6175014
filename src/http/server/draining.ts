import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FetchHandler } from './fetch-handler.ts';
import { responseOf } from './fetch-adapter.ts';
import { ProblemError } from '../response/problem.ts';

const STOPPING = new ProblemError(503, 'stopping', 'Evergrant is stopping. Another instance takes over.', {
  headers: { 'retry-after': '1' },
});

/**
 * Winds down keep-alive connections: while draining, every response tells its caller to close, so that few requests
 * arrive at the moment a connection is closed.
 */
export class Draining {
  /** The latest response on each connection. One entry per connection adds next to nothing to the cost of a request. */
  readonly #latest = new Map<Socket, ServerResponse>();
  #isDraining = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      socket.once('close', () => {
        this.#latest.delete(socket);
      });
    });
    server.prependListener('request', (request, response: ServerResponse) => {
      this.#latest.set(request.socket, response);
      if (this.#isDraining) response.setHeader('connection', 'close');
    });
  }

  begin(): void {
    this.#isDraining = true;
    for (const response of this.#latest.values()) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
  }
}

/** Serves as before but reports not ready, so that load balancers send no more traffic. */
export function unready(handler: FetchHandler): FetchHandler {
  const { endpoints } = handler;
  return {
    fetch: (request, env) =>
      /^\/readyz\/?$/.test(new URL(request.url).pathname)
        ? responseOf(STOPPING.toAnswer())
        : handler.fetch(request, env),
    endpoints: endpoints && {
      find: (method, path) => (path === '/readyz' ? undefined : endpoints.find(method, path)),
    },
  };
}
