import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { toAnswer, type Answer } from './answer.ts';

/** Sends bytes as they are, and gives all that came back until the other side closed. */
export async function sendBytes(url: string, ...parts: (string | Uint8Array)[]): Promise<string> {
  const socket = await open(url);
  for (const part of parts) socket.write(part);
  return received(socket);
}

/** Sends one HTTP request of this head and body; the head gets `Host`, `Connection: close` and nothing else. */
export async function sendRequest(url: string, head: readonly string[], body?: string | Uint8Array): Promise<Answer> {
  const [requestLine = '', ...fields] = head;
  const lines = [requestLine, `Host: ${new URL(url).host}`, 'Connection: close', ...fields, '', ''];
  return parse(await sendBytes(url, lines.join('\r\n'), ...(body === undefined ? [] : [body])));
}

/** An open connection to the service. */
export async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the other side closes; a reset counts as an end. */
export function received(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(text);
    });
  });
}

/** The body in chunks of this size, as `Transfer-Encoding: chunked` has it. */
export function chunked(body: string, size: number): string {
  let text = '';
  for (let start = 0; start < body.length; start += size) {
    const part = body.slice(start, start + size);
    text += `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`;
  }
  return `${text}0\r\n\r\n`;
}

/** Reads one answer. */
export function parse(text: string): Answer {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Headers();
  for (const line of lines) headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim());
  const body = text.slice(end + 4);
  return toAnswer(Number(statusLine.split(' ')[1]), headers, headers.has('transfer-encoding') ? unchunked(body) : body);
}

function unchunked(text: string): string {
  const lineEnd = text.indexOf('\r\n');
  const size = Number.parseInt(text.slice(0, lineEnd), 16);
  if (lineEnd < 0 || Number.isNaN(size) || size === 0) return '';
  const start = lineEnd + 2;
  return text.slice(start, start + size) + unchunked(text.slice(start + size + 2));
}
