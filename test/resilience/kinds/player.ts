import assert from 'node:assert/strict';
import { request, type Dispatcher } from 'undici';
import type { Kind } from './kinds.ts';

/** Somebody's account at a provider, with the tokens of a first consent. */
export interface Account {
  readonly id: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** What a provider honours of one account. */
export interface Truth {
  readonly accessTokens: readonly string[];
  readonly refreshTokens: readonly string[];
}

/** One kind of provider, as a server of the sandbox plays it: it knows what is true, and can be made to fail. */
export interface Player {
  readonly kind: Kind;
  readonly url: string;
  /** New accounts whose users have consented. */
  readonly newAccounts: (count: number) => Promise<Account[]>;
  readonly truth: (accountId: string) => Promise<Truth>;
  /** Of every account, by its id. */
  readonly truths: () => Promise<ReadonlyMap<string, Truth>>;
  /** Refreshes as whoever had the tokens before us, as long as that leaves the refresh token in force. */
  readonly approachRotation: (account: Account) => Promise<void>;
  /** Ends an account's refresh tokens, as its user may at any time. */
  readonly revoke: (accountId: string) => Promise<void>;
  /** Arranges a fault of the sandbox's for the next refresh. */
  readonly fault: (fault: object) => Promise<void>;
  /** How many calls for tokens have arrived, whatever came of them; consents are not among them. */
  readonly asked: () => Promise<number>;
  /** How long every answer takes from now on, in milliseconds. */
  readonly slowDown: (latencyMs: number) => Promise<void>;
}

/** A fake that players speak through. */
export interface Stage {
  readonly url: string;
  readonly control: (method: Dispatcher.HttpMethod, path: string, body?: object) => Promise<any>;
}

/** The words of {@link Stage} for a server of the sandbox. */
export function stageAt(url: string): Stage {
  return { url, control: (method, path, body) => send(`${url}/__sandbox${path}`, method, body) };
}

async function send(url: string, method: Dispatcher.HttpMethod, body?: object): Promise<any> {
  const response = await request(url, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.body.text();
  assert.ok(response.statusCode < 300, `${method} ${url}: ${response.statusCode} ${text}`);
  assert.equal(response.headers['x-sandbox-journal-forgotten'], undefined, 'the journal holds every call');
  return text === '' ? undefined : JSON.parse(text);
}

/** What players do alike: faults for the calls of one path, and counting by the paths of all that bring tokens. */
export function playedOn(
  kind: Kind,
  { url, control }: Stage,
  { refresh, tokens = [refresh] }: { refresh: string; tokens?: readonly (string | RegExp)[] },
): Pick<Player, 'kind' | 'url' | 'fault' | 'asked' | 'slowDown'> {
  return {
    kind,
    url,
    fault: async (fault) => {
      await control('POST', '/faults', { match: { method: 'POST', path: refresh }, times: 1, fault });
    },
    asked: async () => {
      const journal: { method: string; path: string }[] = await control('GET', '/journal');
      const isOne = ({ method, path }: { method: string; path: string }) =>
        method === 'POST' && tokens.some((each) => (typeof each === 'string' ? each === path : each.test(path)));
      return journal.filter(isOne).length;
    },
    slowDown: async (latencyMs) => {
      await control('PUT', '/settings', { latency_ms: latencyMs });
    },
  };
}
