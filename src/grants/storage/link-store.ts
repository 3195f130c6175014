import type { Obtained, AccountProfile } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import type { GrantEvent } from '../events.ts';
import type { Schedule } from '../rules/renewal-schedule.ts';

/** One subject's progress towards linking an account, from the ticket to the connection. */
export interface Link {
  readonly id: string;
  /** See `Provider.realm`. */
  readonly realm: string;
  /** Of a connection with a name, its key: see `connectionKey`. */
  readonly subject: string;
  /** The page of the app to return to. */
  readonly returnTo: string;
}

/** A new link. The secrets that lead to its later steps are stored as hashes and looked up by their plain text. */
export interface NewLink extends Omit<Link, 'id'> {
  readonly ticket: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** A browser's visit to the provider, and the secrets that it carries. */
export interface AuthorizationAttempt {
  readonly browser: Secret;
  readonly state: Secret;
  readonly codeVerifier: Secret | undefined;
}

/** How long a user has from the ticket to completion, in milliseconds. */
export const LINK_LIFE_MS = 600_000;

/** A link whose user has consented, held by a process that completes it or revokes its tokens. */
export interface TakenLink extends Link {
  /** Identifies the holder, and this acquisition among all of the holder's. */
  readonly takenBy: string;
  readonly code: Secret;
  readonly codeVerifier: Secret | undefined;
  /** What the code obtained, if it was already redeemed and only the rest must be retried. */
  readonly answer: Obtained | undefined;
}

/** A link that is complete. */
export interface ConnectedLink {
  readonly connected: Link;
}

/** Tokens, and the account that they belong to. */
export interface ObtainedAccount extends Obtained {
  readonly profile: AccountProfile;
}

/** An account to connect a subject to, with its tokens. */
export interface NewConnection {
  readonly link: TakenLink;
  readonly answer: ObtainedAccount;
  /** True if the provider gives no token without a refresh token or the user's consent. */
  readonly needsRefreshToken: boolean;
  /** When upkeep renews the tokens, as far as they leave the grant with a refresh token, or reports their end. */
  readonly schedule: Schedule;
  /** Whether this account may replace the subject's current one. */
  readonly replace: boolean;
}

/**
 * The result of connecting:
 * - `connected`: the subject has the account, and its tokens are the current ones
 * - `other_account`: the subject is connected to another account, and nothing was written
 * - `busy`: the account is being disconnected or revoked, or another process has taken over the link; a retry may
 *   succeed
 */
export type ConnectionVerdict =
  | { readonly kind: 'connected'; readonly events: readonly GrantEvent[] }
  | { readonly kind: 'other_account'; readonly present: AccountProfile | undefined }
  | { readonly kind: 'busy' };

/** Stores links in progress. Every step is one transaction, can be taken once, and rejects with the store's error. */
export interface LinkStore {
  /** @returns false if the subject already has too many links in progress */
  begin(link: NewLink): Promise<boolean>;
  /**
   * Binds the link to a browser on its way to the provider. The first browser to come back ends all other attempts.
   * Undefined if the ticket cannot be used (any more).
   */
  startAuthorization(ticket: Secret, departure: AuthorizationAttempt): Promise<Link | undefined>;
  /**
   * Stores what the provider sent back. With a code, `completion` gives access to it once; without one this attempt is
   * over, and the user may open the ticket again.
   *
   * @returns undefined if no link has this state in this browser, or it has already come back
   */
  receive(
    state: Secret,
    browser: Secret,
    brought: { readonly code: Secret; readonly completion: Secret } | undefined,
  ): Promise<Link | undefined>;
  /**
   * Hands the link that `completion` refers to over to this subject, whatever the name of its connection, under a lease: with the stored answer if the code
   * was already redeemed, otherwise with the code.
   *
   * @returns `held` if another process holds it and may be alive; the connected link if it was already completed; undefined if
   *   there is no such link
   */
  take(
    completion: Secret,
    owner: { readonly realm: string; readonly subject: string },
  ): Promise<TakenLink | 'held' | ConnectedLink | undefined>;
  /** Renews the lease. */
  renew(link: TakenLink): Promise<void>;
  /**
   * Stores what the code of a held link obtained, as the code is now used up. The current holder of the link continues
   * with that.
   *
   * @returns false if there will be none: the link is over, and its tokens are kept to be revoked
   */
  keep(link: TakenLink, answer: Obtained): Promise<boolean>;
  /** Releases a held link with what was stored in the meantime, so that its subject may try again. */
  putBack(link: TakenLink): Promise<void>;
  /** Connects the subject, in the transaction that completes the link. */
  connect(connection: NewConnection): Promise<ConnectionVerdict>;
  /**
   * Ends a link whose code gave nothing.
   *
   * @returns false if an earlier holder has stored something after all, or another process holds the link by now
   */
  end(link: TakenLink): Promise<boolean>;
  /** Ends a link whose answer leads nowhere; the answer is kept to be revoked. */
  giveUp(link: TakenLink): Promise<void>;
}

/** A consent that was never used, and the tokens that it gave. */
export interface VainConsent {
  readonly link: TakenLink;
  readonly answer: Obtained;
  /** Undefined if nobody has asked the provider yet. */
  readonly accountId: string | undefined;
  /** How often revoking it has failed. */
  readonly failures: number;
}

/** Finds links that nobody completed in time. Methods reject with the store's error. */
export interface VainConsentStore {
  /** Deletes links with nothing left to revoke. */
  forgetExpired(): Promise<void>;
  /** Takes one link whose tokens must be revoked, under a lease; undefined if none is due in this realm. */
  takeVain(realm: string): Promise<VainConsent | undefined>;
  /**
   * Whether the tokens of this account may be revoked. `no` if a subject is connected to it, as that might end their
   * tokens too; `later` if a subject is about to be. After `yes` no subject can connect to it while the lease lasts.
   */
  mayRevoke(link: TakenLink, accountId: string): Promise<'yes' | 'no' | 'later'>;
  /**
   * Postpones revoking the link's tokens.
   *
   * @param retryAt when to retry, in epoch milliseconds
   */
  putOff(link: TakenLink, failures: number, retryAt: number): Promise<void>;
  /** Deletes the link and everything stored with it. */
  erase(link: TakenLink): Promise<void>;
}
