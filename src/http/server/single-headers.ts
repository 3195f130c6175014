import type { IncomingMessage } from 'node:http';
import { SUBJECT_HEADER } from '../request/authenticate.ts';
import { ProblemError } from '../response/problem.ts';

/** Headers that name one place or one caller. Which of several counts would differ from server to server. */
const SINGLE = ['Host', 'Authorization', 'X-API-Key', SUBJECT_HEADER];
const SINGLE_IN_LOWER_CASE = SINGLE.map((name) => name.toLowerCase());

/**
 * Whether any header was sent more than once.
 *
 * @param headers as Node parsed them: the first of repeated headers, or all of them joined, depending on the name
 */
export function hasRepeated({ headers, rawHeaders }: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): boolean {
  return Object.keys(headers).length * 2 !== rawHeaders.length;
}

/**
 * Whether a request lacks the `Host` that HTTP/1.1 demands (RFC 9112 section 3.2). HTTP/1.0, which simple health checks
 * speak, demands none.
 */
export function lacksHost({ headers, httpVersion }: Pick<IncomingMessage, 'headers' | 'httpVersion'>): boolean {
  return headers.host === undefined && httpVersion !== '1.0';
}

/**
 * Refuses a request that lacks `Host`, and one that sends a header twice of which there can be one only, even with the
 * same value.
 *
 * @returns undefined if there is nothing to refuse
 */
export function refusalOfHeaders(request: IncomingMessage): ProblemError | undefined {
  if (lacksHost(request)) return withoutHost();
  if (!hasRepeated(request)) return undefined;
  const sent = request.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const index = SINGLE_IN_LOWER_CASE.findIndex((name) => sent.indexOf(name) !== sent.lastIndexOf(name));
  const name = SINGLE[index];
  return name === undefined ? undefined : repeated(name);
}

function withoutHost(): ProblemError {
  const message = 'A request of HTTP/1.1 names the host it is for: send the header Host (RFC 9112 section 3.2).';
  return new ProblemError(400, 'malformed_request', message, { errors: [{ field: 'Host', message }] });
}

function repeated(name: string): ProblemError {
  const message = `${name} was sent more than once, so it is not clear which one counts. Send it once.`;
  return new ProblemError(400, 'invalid_request', message, { errors: [{ field: name, message }] });
}
