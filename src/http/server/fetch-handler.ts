import type { EndpointTable } from '../endpoint-table.ts';

/** Answers requests in the shape of the Fetch standard. */
export interface FetchHandler {
  fetch(request: Request, env?: object): Response | Promise<Response>;
  /** The same without that shape, for servers of our own; every endpoint of it answers as `fetch` does, and never fails. */
  readonly endpoints?: EndpointTable | undefined;
}
