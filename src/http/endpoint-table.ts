import { RegExpRouter } from 'hono/router/reg-exp-router';
import { SmartRouter } from 'hono/router/smart-router';
import { TrieRouter } from 'hono/router/trie-router';
import type { Endpoint, Route } from './endpoint.ts';

/** An endpoint, and what a path holds for it. */
export interface Found {
  readonly endpoint: Endpoint;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds endpoints by where they are served. */
export interface EndpointTable {
  /**
   * @param method in capitals
   * @param path without its last slash and without anything that is to be decoded
   */
  find(method: string, path: string): Found | undefined;
}

/** A table of these routes. They are matched as in Hono's app, by the same routers: the first that fits serves. */
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

/** One of the routers says of each name only which part of the path is meant. */
function named(indexes: Readonly<Record<string, number>>, parts: readonly string[]): [string, string][] {
  return Object.entries(indexes).map(([name, index]) => [name, parts[index] ?? '']);
}
