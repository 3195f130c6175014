import type { AccountProfile, Applicant, ExchangeResult, Obtained } from '../../providers/provider.ts';
import type { Credential } from '../credential.ts';
import type { GrantEvent, RecoveryPath } from '../events.ts';
import type { ExchangeKind, ExchangeName, OpenExchange } from '../exchange.ts';
import type { Account, Backoff, ExchangeStatus, GrantView, ViewWithStatus } from '../grant.ts';
import type { Schedule } from '../rules/renewal-schedule.ts';

/**
 * Stores the facts. Every method is one durable transaction: what it reads or writes is committed when its promise
 * resolves. Methods reject with the store's error.
 */
export interface GrantStore {
  /**
   * The warm path: one prepared read. Undefined until the subject is connected in this realm (see `Provider.realm`).
   */
  view(realm: string, subject: string): Promise<GrantView | undefined>;
  /** Everything that a renewal needs, in one read; undefined as for the view. */
  viewWithStatus(realm: string, subject: string): Promise<ViewWithStatus | undefined>;
  /** The exchange status, for callers that wait for another's exchange. */
  exchangeStatus(grantId: string): Promise<ExchangeStatus>;
  /** The newest credential that ended as `exchanged`, unless the provider has ever refused it. */
  lastExchanged(grantId: string): Promise<Credential | undefined>;
  /** Connects the subject to a new grant without an account; does nothing if a connection exists. */
  connect(realm: string, subject: string): Promise<void>;
  /**
   * Opens an exchange, closing one whose lease has expired. Returns undefined if another process holds the grant, or if
   * an abandoned exchange was answered after all, so that the newest exchange is no longer `last`, the current
   * credential no longer `current`, or the grant no longer `isUnread` or not. The facts are then outdated and must be
   * read again.
   */
  openExchange(intent: ExchangeIntent): Promise<OpenExchange | undefined>;
  /**
   * The applicant whose account this grant's attempts created, or may have created; undefined if no attempt was made or
   * the provider has clearly refused it. While there is one, nobody else may be applied for: an attempt whose answer
   * was lost may have created the account.
   */
  standingApplicant(grantId: string): Promise<Applicant | undefined>;
  /** Renews the lease of an open exchange. */
  renewLease(exchange: OpenExchange): Promise<void>;
  /**
   * Appends the credential, no matter who holds the lease by now. Ends the presented one as `exchanged`, and all older
   * ones as `superseded` if this kind of exchange ends them upstream. Calling it again does nothing. If the database
   * went back in time and lost the exchange, the exchange is written again with the credential.
   *
   * @param schedule when upkeep renews it, as far as the answer leaves the grant with a refresh token
   * @returns the event written with it
   * @throws GrantForgottenError if the database has lost the grant itself
   */
  finishObtained(exchange: OpenExchange, answer: Obtained, schedule: Schedule): Promise<GrantEvent | undefined>;
  /** Starts a back-off of the grant. */
  applyBackoff(grantId: string, backoff: Backoff): Promise<void>;
  /**
   * Finishes an exchange that gave no credential, and records what its outcome means for the grant. An answer that
   * cannot be read is kept in the same transaction; calling this again with it does nothing, nor does it if the answer
   * has been read since.
   *
   * @returns the event written with it, if the grant is left with nothing or its answer cannot be read
   * @throws GrantForgottenError if an unreadable answer cannot be kept because the database has lost the grant itself
   */
  finishFailed(exchange: OpenExchange, failure: Failure): Promise<GrantEvent | undefined>;
  /**
   * Records that the grant has nothing left, if that is true and not recorded yet. The passing of time alone can cause
   * this, when an exchange without an answer can no longer take effect.
   *
   * @param reported a credential that a caller reports as refused, and that nothing can renew: it ends first
   * @returns the event written; undefined if none was
   */
  noteReconnectRequired(
    grantId: string,
    recoveryPath: RecoveryPath,
    reported?: ExchangeName,
  ): Promise<GrantEvent | undefined>;
  /**
   * Asks the holder of the grant's open exchange to notify other instances when it finishes. Both the request and the
   * notification are only hints. It costs a write, so only callers that have waited for a while use it.
   */
  noteAwaited(grantId: string): Promise<void>;
  /** Resolves after `ms` milliseconds, or earlier if another instance reports a change of the grant. */
  awaitChange(grantId: string, ms: number): Promise<void>;
  /** The account behind a connection; undefined if there is no connection. */
  account(realm: string, subject: string): Promise<Account | undefined>;
  /** Stores the account's profile as the provider shows it now. */
  noteProfile(grantId: string, profile: AccountProfile): Promise<void>;
}

/** What to ask the provider, and the facts that the decision is based on. */
export interface ExchangeIntent {
  readonly grantId: string;
  readonly kind: ExchangeKind;
  readonly presented: ExchangeName | undefined;
  readonly accountId?: string | undefined;
  readonly last: ExchangeName | undefined;
  /** The current credential; undefined if there was none. */
  readonly current: ExchangeName | undefined;
  /** See `ViewWithStatus`; default: false. */
  readonly isUnread?: boolean;
  /** Stored as the grant's standing applicant; only for `provision`. */
  readonly applicant?: Applicant;
}

/** An answer without a credential, and the back-off if the exchange is to be retried. */
export interface Failure {
  readonly answer: Exclude<ExchangeResult, Obtained>;
  readonly backoff?: Backoff;
  /** Which reader could not read the answer: see `AnswerReader.fingerprint`. */
  readonly reader?: string | undefined;
  /** How the grant can be repaired if this ends its last credential. */
  readonly recoveryPath: RecoveryPath;
}
