import type { AccountProfile } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import type { GrantEvent } from '../events.ts';
import type { OpenExchange } from '../exchange.ts';
import type { Backoff } from '../grant.ts';

/** One subject's connection to a grant. */
export interface Connection {
  readonly realm: string;
  /** What the connection is looked up by: see `connectionKey`. */
  readonly key: string;
  readonly grantId: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  readonly accountId: string | undefined;
  readonly profile: AccountProfile | undefined;
}

/** A grant that nobody is connected to any more, claimed so that it can be ended. */
export interface OrphanedGrant {
  readonly exchange: OpenExchange;
  /** Undefined if it never had any, or has none that is still valid. */
  readonly tokens: { readonly accessToken: Secret; readonly refreshToken: Secret | undefined } | undefined;
  /** How often ending it has failed. */
  readonly failures: number;
}

/** Reads and ends connections. Every method is one transaction and rejects with the store's error. */
export interface ConnectionStore {
  /** A subject's connections in these realms, with and without names, in the order in which they were made. */
  of(subject: string, realms: readonly string[]): Promise<Connection[]>;
  /** Ends a connection; the grant remains for others connected to it. Undefined if there is no connection. */
  disconnect(realm: string, key: string): Promise<GrantEvent | undefined>;
  /**
   * Claims one grant that nobody is connected to and whose exchanges have all finished, by opening a `revoke` exchange:
   * nobody can connect to the grant until that has ended. Undefined if there is no such grant.
   */
  claimOrphanedGrant(realm: string): Promise<OrphanedGrant | undefined>;
  /**
   * Erases a claimed grant, with everything known about it except its events.
   *
   * @param unrevoked why the provider has not revoked it, if so; see `Failed.detail`
   * @returns the event that says so
   */
  erase(exchange: OpenExchange, unrevoked?: string): Promise<GrantEvent | undefined>;
  /**
   * Releases a claimed grant, to be claimed again after the back-off.
   *
   * @param detail what the provider said; see `Failed.detail`
   */
  putBack(exchange: OpenExchange, backoff: Backoff, detail?: string): Promise<void>;
}
