import { RegExpRouter } from 'hono/router/reg-exp-router';
import { SmartRouter } from 'hono/router/smart-router';
import { TrieRouter } from 'hono/router/trie-router';
import type { Endpoint, Route } from './endpoint.ts';

/** A matching endpoint with its path parameters. */
export interface Found {
  readonly endpoint: Endpoint;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the endpoint that serves a request. */
export interface EndpointTable {
  /**
   * @param method in upper case
   * @param path without a trailing slash and without percent-encoding
   * @returns undefined if no endpoint matches
   */
  find(method: string, path: string): Found | undefined;
}

/** Builds the table. It uses the same routers as Hono's app, so both match alike: the first matching route serves. */
export function endpointTable(routes: readonly Route[]): EndpointTable {
  const router = new SmartRouter<Endpoint>({ routers: [new RegExpRouter(), new TrieRouter()] });
  for (const { method, path, endpoint } of routes) router.add(method, path, endpoint);
  return {
    find: (method, path) => {
      const [matches, parts] = router.match(method, path);
      const [first] = matches;
      if (first === undefined) return undefined;
      const [endpoint, parameters] = first;
      if (parts === undefined) return { endpoint, parameters: parameters as Record<string, string> };
      return { endpoint, parameters: Object.fromEntries(named(parameters as Record<string, number>, parts)) };
    },
  };
}

/** One of the routers returns, for each name, only the index of its segment. */
function named(indexes: Readonly<Record<string, number>>, parts: readonly string[]): [string, string][] {
  return Object.entries(indexes).map(([name, index]) => [name, parts[index] ?? '']);
}
