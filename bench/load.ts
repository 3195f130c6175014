import { connect } from 'node:net';

/** Requests to send over and over, as bytes. */
export type Requests = readonly Buffer[];

/** What a load has met with. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  /** In milliseconds, in order. */
  readonly latencies: readonly number[];
}

/** A `POST` as bytes; without a body where `body` is undefined. */
export function request(path: string, headers: Readonly<Record<string, string>>, body?: string): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (body !== undefined) lines.push('content-type: application/json', `content-length: ${Buffer.byteLength(body)}`);
  return Buffer.from([`POST ${path} HTTP/1.1`, 'host: bench.test', ...lines, '', body ?? ''].join('\r\n'));
}

/**
 * Keeps so many connections busy, one request after another on each, for so many seconds. Plain sockets, since whatever asks
 * on the same machine must cost less than whatever answers.
 *
 * @throws where an answer is no 200
 */
export async function load(url: string, requests: Requests, connections: number, seconds: number): Promise<Load> {
  const { hostname, port } = new URL(url);
  const latencies: number[] = [];
  const since = performance.now();
  const end = since + seconds * 1000;
  let next = 0;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.setEncoding('latin1');
      socket.once('error', reject);
      let [text, asked] = ['', 0];
      const ask = () => {
        if (performance.now() > end) {
          socket.destroy();
          resolve();
          return;
        }
        text = '';
        asked = performance.now();
        socket.write(requests[(next += 1) % requests.length] ?? '');
      };
      socket.on('connect', ask);
      socket.on('data', (chunk: string) => {
        text += chunk;
        const head = text.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
        if (text.length < head + 4 + length) return;
        if (!text.startsWith('HTTP/1.1 200 ')) {
          reject(new Error(text));
          socket.destroy();
          return;
        }
        latencies.push(performance.now() - asked);
        ask();
      });
    });
  await Promise.all(Array.from({ length: connections }, one));
  const taken = (performance.now() - since) / 1000;
  return { requests: latencies.length, seconds: taken, latencies: latencies.sort((a, b) => a - b) };
}
