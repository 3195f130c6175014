import type { createRoute } from '@hono/zod-openapi';

/** One request, as every endpoint sees it, whichever door it came through. */
export interface Call {
  /** In capitals. */
  readonly method: string;
  /** Decoded, and without its last slash. */
  readonly path: string;
  /** What stands in the path for each `:name` of the route. */
  readonly parameters: Readonly<Record<string, string>>;
  /** As it was sent, with its question mark; empty where there is none. */
  readonly query: string;
  /** The address at the other end of the connection; `unknown` where there is no connection of ours. */
  readonly clientAddress: string;
  /** A header's value, several joined by commas. @param name in small letters */
  header(name: string): string | undefined;
  /**
   * The body's text. It is read only when it is asked for, and may be asked for once: who is not let in is answered
   * without it.
   *
   * @throws ProblemError 400 where it breaks off or is not UTF-8, 413 over 16 KiB
   */
  body(): Promise<string>;
}

/** What an endpoint says to a {@link Call}. */
export interface Answer {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string;
}

/** Answers calls, and knows neither sockets nor the Fetch standard. Failures are thrown. */
export type Endpoint = (call: Call) => Answer | Promise<Answer>;

/** An endpoint and where it is served. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Without its last slash; `:name` stands for any part. */
  readonly path: string;
  readonly endpoint: Endpoint;
  /** What the OpenAPI document says of it; undefined where it says nothing. */
  readonly definition?: RouteDefinition;
}

/** The documented side of a route, as `createRoute` makes it. */
export type RouteDefinition = ReturnType<typeof createRoute>;
