import type { AccountProfile, Applicant, ExchangeResult, Obtained } from '../../providers/provider.ts';
import type { Credential } from '../credential.ts';
import type { GrantEvent, RecoveryPath } from '../events.ts';
import type { ExchangeKind, ExchangeName, OpenExchange } from '../exchange.ts';
import type { Account, Backoff, ExchangeStatus, GrantView, ViewWithStatus } from '../grant.ts';
import type { Schedule } from '../rules/renewal-schedule.ts';

/**
 * Where the facts are kept. Every method is one durable transaction; what it reads or writes is committed when its
 * promise resolves.
 */
export interface GrantStore {
  /** The warm path: one prepared read. Undefined until the subject is connected in this realm (see `Provider.realm`). */
  view(realm: string, subject: string): Promise<GrantView | undefined>;
  /** All that a renewal must know, in one read; undefined as for the view. */
  viewWithStatus(realm: string, subject: string): Promise<ViewWithStatus | undefined>;
  /** What whoever waits for another's exchange looks at. */
  exchangeStatus(grantId: string): Promise<ExchangeStatus>;
  /** Of the credentials that ended as `exchanged`, the newest, unless the provider has ever refused it. */
  lastExchanged(grantId: string): Promise<Credential | undefined>;
  /** Connects the subject to a new grant without an account; does nothing where a connection is there. */
  connect(realm: string, subject: string): Promise<void>;
  /**
   * Opens an exchange, closing one whose lease ran out. Undefined where somebody holds the grant, or another exchange is
   * the newest by now than `last`, or another credential current than `current`, because an abandoned exchange was
   * answered after all: then what was read is old, and must be read again.
   */
  openExchange(intent: ExchangeIntent): Promise<OpenExchange | undefined>;
  /**
   * Who the account of this grant was, or is perhaps already, created for; undefined where no attempt was made or the
   * provider has clearly refused it. As long as it stands, nobody else may be applied for: an attempt whose answer
   * was lost has perhaps made the account.
   */
  standingApplicant(grantId: string): Promise<Applicant | undefined>;
  /** Renews the lease of an exchange that is still open. */
  renewLease(exchange: OpenExchange): Promise<void>;
  /**
   * Appends the credential, whoever holds the claim by now; ends the presented one as `exchanged`, and all older
   * ones as `superseded` where the kind of exchange ends them upstream. A second time, it does nothing. Where the
   * database went back in time and has lost the exchange, it is written again, with the credential.
   *
   * @param schedule when upkeep sees to it, as far as it leaves the grant with a refresh token
   * @returns the event written with it
   * @throws GrantForgottenError where the database has lost the grant itself
   */
  finishObtained(exchange: OpenExchange, answer: Obtained, schedule: Schedule): Promise<GrantEvent | undefined>;
  /** Lets a grant's exchanges rest for a while. */
  applyBackoff(grantId: string, backoff: Backoff): Promise<void>;
  /**
   * Finishes an exchange that gave no credential, with what follows from its outcome for the grant.
   *
   * @returns the event written with it, where it left the grant with nothing
   */
  finishFailed(exchange: OpenExchange, failure: Failure): Promise<GrantEvent | undefined>;
  /**
   * Writes down that the grant has nothing left, where that is so and was not written down yet: mere time can bring it
   * about, when an exchange without an answer can no longer take effect.
   */
  noteReconnectRequired(grantId: string, recoveryPath: RecoveryPath): Promise<GrantEvent | undefined>;
  /**
   * Asks whoever holds the grant's open exchange to tell other instances when it is finished. A hint, as what it asks for; it costs
   * a write, so it is for those who have waited for a while.
   */
  noteAwaited(grantId: string): Promise<void>;
  /** Resolves after `ms` milliseconds, or sooner where another instance says that the grant has changed. */
  awaitChange(grantId: string, ms: number): Promise<void>;
  /** The account behind a connection. */
  account(realm: string, subject: string): Promise<Account | undefined>;
  /** Notes how the provider shows the account now. */
  noteProfile(grantId: string, profile: AccountProfile): Promise<void>;
}

/** What is about to be asked upstream, and what it was decided on. */
export interface ExchangeIntent {
  readonly grantId: string;
  readonly kind: ExchangeKind;
  readonly presented: ExchangeName | undefined;
  readonly accountId?: string | undefined;
  readonly last: ExchangeName | undefined;
  /** The current credential; undefined where there was none. */
  readonly current: ExchangeName | undefined;
  /** Kept as the grant's standing applicant; for `provision` alone. */
  readonly applicant?: Applicant;
}

/** An answer without a credential, and the back-off that follows where the exchange is to be tried again. */
export interface Failure {
  readonly answer: Exclude<ExchangeResult, Obtained>;
  readonly backoff?: Backoff;
  /** What is left to the grant where this ends its last credential. */
  readonly recoveryPath: RecoveryPath;
}
