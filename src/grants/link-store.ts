import type { Obtained, AccountProfile } from '../providers/provider.ts';
import type { Secret } from '../secret.ts';
import type { GrantEvent } from './events.ts';

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
export interface Departure {
  readonly browser: Secret;
  readonly state: Secret;
  readonly codeVerifier: Secret | undefined;
}

/** A link whose user has consented. */
export interface ConsentedLink extends Link {
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
  readonly link: Link;
  readonly answer: ObtainedAccount;
  /** Whether the subject's present account may be given up for this one. */
  readonly replace: boolean;
}

/**
 * What became of connecting:
 * - `connected`: the subject has the account, and its tokens are the current ones
 * - `other_account`: the subject is connected to another account, and nothing was written
 * - `busy`: the account is being disconnected just now; another try may succeed
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
  depart(ticket: Secret, departure: Departure): Promise<Link | undefined>;
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
  /** Gives what `completion` stands for to this subject, and to nobody else until it is put back. */
  take(
    completion: Secret,
    owner: { readonly realm: string; readonly subject: string },
  ): Promise<ConsentedLink | undefined>;
  /** Keeps what the code of a taken link brought: it is spent. */
  keep(link: Link, answer: Obtained): Promise<void>;
  /** Puts a link back that was taken, with what was kept meanwhile, so that its subject may come again. */
  putBack(link: Link): Promise<void>;
  /** Connects the subject, in the same transaction that ends the link. */
  connect(connection: NewConnection): Promise<ConnectionVerdict>;
  end(link: Link): Promise<void>;
  /** Forgets links that came to nothing by now. */
  forgetExpired(): Promise<void>;
}
