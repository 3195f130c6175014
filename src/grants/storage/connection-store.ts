import type { AccountProfile } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import type { GrantEvent } from '../events.ts';
import type { OpenExchange } from '../exchange.ts';
import type { Backoff } from '../grant.ts';

/** One subject's connection, as it was made. */
export interface Connection {
  readonly realm: string;
  readonly grantId: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  readonly accountId: string | undefined;
  readonly profile: AccountProfile | undefined;
}

/** A grant that nobody is connected to any more, taken to be ended. */
export interface OrphanedGrant {
  readonly exchange: OpenExchange;
  /** Undefined where it never had one, or none that still stands. */
  readonly tokens: { readonly accessToken: Secret; readonly refreshToken: Secret | undefined } | undefined;
  /** How often ending it has failed so far. */
  readonly failures: number;
}

/** Where connections are read, and ended. Every method is one transaction. */
export interface ConnectionStore {
  /** A subject's, as far as they are in these realms, in the order in which they were made. */
  of(subject: string, realms: readonly string[]): Promise<Connection[]>;
  /** Ends a connection; the grant stays for whoever else is connected to it. Undefined where there is none. */
  disconnect(realm: string, subject: string): Promise<GrantEvent | undefined>;
  /**
   * Takes one grant that nobody is connected to, and whose exchanges are all over, by opening an exchange of the kind
   * `revoke`: nobody can connect to it until that has ended.
   */
  claimOrphanedGrant(realm: string): Promise<OrphanedGrant | undefined>;
  /** Erases a grant that was taken, with all that was ever known of it but its events. */
  erase(exchange: OpenExchange): Promise<void>;
  /** Puts a grant back that was taken, to be taken again later. */
  putBack(exchange: OpenExchange, backoff: Backoff): Promise<void>;
}
