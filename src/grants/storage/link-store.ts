import type { Obtained, AccountProfile } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import type { GrantEvent } from '../events.ts';
import type { Schedule } from '../rules/renewal-schedule.ts';

/** One subject's way to linking an account, from the ticket to the connection. */
export interface Link {
  readonly id: string;
  /** See `Provider.realm`. */
  readonly realm: string;
  readonly subject: string;
  /** The page of the app to come back to. */
  readonly returnTo: string;
}

/** A link that begins. Whatever leads on to it is kept as a hash, and found by the word itself. */
export interface NewLink extends Omit<Link, 'id'> {
  readonly ticket: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Whose browser goes to the provider, and with what. */
export interface AuthorizationAttempt {
  readonly browser: Secret;
  readonly state: Secret;
  readonly codeVerifier: Secret | undefined;
}

/** How long a user has from the ticket to the end, in milliseconds. */
export const LINK_LIFE_MS = 600_000;

/** A link whose user has consented, held by whoever completes it or revokes what came of it. */
export interface TakenLink extends Link {
  /** Names the holder, and this taking among all of its own. */
  readonly takenBy: string;
  readonly code: Secret;
  readonly codeVerifier: Secret | undefined;
  /** What the code brought, where it was spent already and the rest is to be tried again. */
  readonly answer: Obtained | undefined;
}

/** Tokens, and whose account they are for. */
export interface ObtainedAccount extends Obtained {
  readonly profile: AccountProfile;
}

/** An account to connect a subject to, and the tokens that show it. */
export interface NewConnection {
  readonly link: TakenLink;
  readonly answer: ObtainedAccount;
  /** When upkeep sees to the tokens, as far as they leave the grant with a refresh token. */
  readonly schedule: Schedule;
  /** Whether the subject's present account may be given up for this one. */
  readonly replace: boolean;
}

/**
 * What became of connecting:
 * - `connected`: the subject has the account, and its tokens are the current ones
 * - `other_account`: the subject is connected to another account, and nothing was written
 * - `busy`: the account is being disconnected or revoked just now, or another has taken the link over; another try may
 *   succeed
 */
export type ConnectionVerdict =
  | { readonly kind: 'connected'; readonly event: GrantEvent | undefined }
  | { readonly kind: 'other_account'; readonly present: AccountProfile | undefined }
  | { readonly kind: 'busy' };

/** Where links are kept on their way. Every step is one transaction, and can be taken once. */
export interface LinkStore {
  /** @returns false where the subject has too many under way already */
  begin(link: NewLink): Promise<boolean>;
  /** Binds the link to a browser on its way to the provider. The first browser that comes back ends all other departures. */
  startAuthorization(ticket: Secret, departure: AuthorizationAttempt): Promise<Link | undefined>;
  /**
   * Takes what the provider sent back: the code, to be had once more for `completion`; without one this departure is over,
   * and its user may open the ticket again.
   *
   * @returns undefined where no link has that state in that browser, or it came back already
   */
  receive(
    state: Secret,
    browser: Secret,
    brought: { readonly code: Secret; readonly completion: Secret } | undefined,
  ): Promise<Link | undefined>;
  /**
   * Gives what `completion` stands for to this subject, under a lease: with the kept answer where the code was spent
   * already, and else with the code.
   *
   * @returns `held` where somebody else has it and may be alive; `connected` where it was completed already
   */
  take(
    completion: Secret,
    owner: { readonly realm: string; readonly subject: string },
  ): Promise<TakenLink | 'held' | 'connected' | undefined>;
  /** Renews the lease. */
  renew(link: TakenLink): Promise<void>;
  /**
   * Keeps what the code of a taken link brought: it is spent. Whoever holds the link by now goes on with that.
   *
   * @returns false where nobody will: the link is over, and what it brought is kept for being revoked
   */
  keep(link: TakenLink, answer: Obtained): Promise<boolean>;
  /** Puts a link back that was taken, with what was kept meanwhile, so that its subject may come again. */
  putBack(link: TakenLink): Promise<void>;
  /** Connects the subject, in the same transaction that completes the link. */
  connect(connection: NewConnection): Promise<ConnectionVerdict>;
  /**
   * Ends a link whose code brought nothing.
   *
   * @returns false where something was kept after all, by whoever had it before; or another holds it by now
   */
  end(link: TakenLink): Promise<boolean>;
  /** Ends a link whose answer leads nowhere; that is kept for being revoked. */
  giveUp(link: TakenLink): Promise<void>;
}

/** A consent that came to nothing, and what it brought. */
export interface VainConsent {
  readonly link: TakenLink;
  readonly answer: Obtained;
  /** Undefined where nobody has asked yet. */
  readonly accountId: string | undefined;
  /** How often revoking it has failed. */
  readonly failures: number;
}

/** Where links are found that nobody completed in time. */
export interface VainConsentStore {
  /** Forgets the links of which nothing is left to revoke. */
  forgetExpired(): Promise<void>;
  /** Gives one whose tokens are to be revoked, under a lease; undefined where none is due in this realm. */
  takeVain(realm: string): Promise<VainConsent | undefined>;
  /**
   * Whether the tokens of this account may be revoked. `no` where somebody is connected to it, for that might end their
   * tokens too; `later` where somebody is about to be. After `yes` nobody is while the lease stands.
   */
  mayRevoke(link: TakenLink, accountId: string): Promise<'yes' | 'no' | 'later'>;
  /** @param retryAt when to try again, in epoch milliseconds */
  putOff(link: TakenLink, failures: number, retryAt: number): Promise<void>;
  /** Forgets the link with everything. */
  erase(link: TakenLink): Promise<void>;
}
