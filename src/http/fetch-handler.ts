/** Answers requests in the shape of the Fetch standard. */
export interface FetchHandler {
  fetch(request: Request, env?: object): Response | Promise<Response>;
}
