import type { Duplex } from 'node:stream';
import { ProblemError } from '../response/problem.ts';

/**
 * Answers a request that could not be parsed; Node's server would send the status alone. Then closes the connection,
 * since the start of the next request is unknown.
 *
 * @param error from the server's `clientError` event
 */
export function answerMalformedRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(inBytes(toProblem(error.code)), () => socket.destroy());
}

function inBytes(problem: ProblemError): string {
  const { headers, body } = problem.toAnswer();
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return `HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines}\r\n${body}`;
}

function toProblem(code: string | undefined): ProblemError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ProblemError(408, 'request_timeout', 'The request did not arrive in time. Send it at once, whole.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ProblemError(431, 'headers_too_large', 'The request has headers, or a path, of more than 16 KiB.');
  }
  return new ProblemError(400, 'malformed_request', 'This is not a request of HTTP/1.1 (RFC 9112).');
}
