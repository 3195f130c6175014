import type { EndpointTable } from '../endpoint-table.ts';

/** Answers requests in the form of the Fetch standard. */
export interface FetchHandler {
  fetch(request: Request, env?: object): Response | Promise<Response>;
  /**
   * The same endpoints without the Fetch standard, for our own server. They answer as `fetch` does and never reject.
   */
  readonly endpoints?: EndpointTable | undefined;
}
