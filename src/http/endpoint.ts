import type { createRoute } from '@hono/zod-openapi';

/** One request, as every endpoint sees it through either adapter. */
export interface Call {
  /** In upper case. */
  readonly method: string;
  /** Decoded, without a trailing slash. */
  readonly path: string;
  /** The path segment for each `:name` of the route. */
  readonly parameters: Readonly<Record<string, string>>;
  /** As sent, with its question mark; empty if there is none. */
  readonly query: string;
  /** The peer address of the connection; `unknown` if the host gives none. */
  readonly clientAddress: string;
  /**
   * A header's value; repeated headers are joined by commas.
   *
   * @param name in lower case
   */
  header(name: string): string | undefined;
  /**
   * Reads the body as text. Call it once at most. The body is not read earlier, so that callers who fail authentication
   * are answered without it.
   *
   * @throws ProblemError 400 if the body breaks off or is not UTF-8, 413 over 80 KiB
   */
  body(): Promise<string>;
}

/** The response of an endpoint to a {@link Call}. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for no body. */
  readonly body: string;
}

/** Answers a call, independently of sockets and the Fetch standard. Throws on failure. */
export type Endpoint = (call: Call) => Answer | Promise<Answer>;

/** An endpoint with the method and path it serves. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Without a trailing slash; `:name` matches any segment. */
  readonly path: string;
  readonly endpoint: Endpoint;
  /** Its entry in the OpenAPI document; undefined if it has none. */
  readonly definition?: RouteDefinition;
}

/** A route's entry in the OpenAPI document, as `createRoute` makes it. */
export type RouteDefinition = ReturnType<typeof createRoute>;
