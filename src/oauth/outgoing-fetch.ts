import { fetch as fetchWith } from 'undici';
import { openClient, type Outgoing } from './outgoing.ts';

/**
 * A `fetch` for occasional requests besides those to providers, which leaves this machine as they do. Keeps no
 * connection open.
 */
export function outgoingFetch(outgoing: Outgoing): (url: string, init: RequestInit) => Promise<Response> {
  const dispatcher = openClient(outgoing, { pipelining: 0 });
  return async (url, { headers, signal, redirect = 'follow' }) => {
    const sent = { ...Object.fromEntries(new Headers(headers)), 'user-agent': outgoing.userAgent };
    const { body, status } = await fetchWith(url, { dispatcher, headers: sent, signal: signal ?? null, redirect });
    return new Response(body, { status });
  };
}
