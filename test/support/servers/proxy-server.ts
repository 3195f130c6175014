import { createServer, request as forward } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { listening, type Listening } from './listening.ts';

/** What a proxy makes of a request for a tunnel: builds it, answers a status, or says nothing in one of two ways. */
export type ProxyConduct = 'tunnel' | number | 'silent' | 'close';

/** A forward proxy: tunnels by CONNECT, and passes on requests in absolute form. Every host name leads to one port. */
export interface ProxyServer extends Listening {
  /** Each request, as `CONNECT host:port` or `GET http://host/path`. */
  readonly requests: readonly string[];
  /** `Proxy-Authorization` of each. */
  readonly authorizations: readonly (string | undefined)[];
  conduct: ProxyConduct;
}

/**
 * Opens one.
 *
 * @param port of the server on this machine that it leads to
 */
export async function proxyServer(port: number): Promise<ProxyServer> {
  const [requests, authorizations] = [[] as string[], [] as (string | undefined)[]];
  const server = createServer((incoming, response) => {
    requests.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    authorizations.push(incoming.headers['proxy-authorization']);
    if (proxy.conduct === 'close') response.destroy();
    if (typeof proxy.conduct === 'number') response.writeHead(proxy.conduct).end('no');
    if (proxy.conduct !== 'tunnel') return;
    const { pathname, search } = new URL(incoming.url ?? '');
    const { method, headers } = incoming;
    const onward = forward({ host: '127.0.0.1', port, path: pathname + search, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket: Socket) => {
    requests.push(`CONNECT ${incoming.url ?? ''}`);
    authorizations.push(incoming.headers['proxy-authorization']);
    socket.on('error', () => undefined);
    if (proxy.conduct === 'close') socket.destroy();
    if (typeof proxy.conduct === 'number') socket.end(`HTTP/1.1 ${proxy.conduct} No\r\ncontent-length: 0\r\n\r\n`);
    if (proxy.conduct !== 'tunnel') return;
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    onward.on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  const proxy: ProxyServer = { ...(await listening(server)), requests, authorizations, conduct: 'tunnel' };
  return proxy;
}
