import type { CompiledQuery, Kysely, RawBuilder, Transaction } from 'kysely';
import type { OpenExchange } from '../../grants/exchange.ts';
import type { RetriedFailure } from '../../grants/grant.ts';
import type { ColumnTypes } from './column-types.ts';
import type { Database } from './schema.ts';

/** What the stores need from a database beyond the SQL that all databases share. */
export interface SqlDatabase extends AsyncDisposable {
  readonly db: Kysely<Database>;
  readonly columnTypes: ColumnTypes;
  /**
   * The current lineage of the database, as an expression: an exchange of another lineage was opened before a failover
   * or a restore.
   */
  lineage(): RawBuilder<string>;
  /** The database's clock as an expression, in epoch milliseconds: leases of several machines need one clock. */
  now(): RawBuilder<number>;
  /** Runs one transaction, again from its start after a lock conflict. */
  transact<Result>(work: (transaction: Transaction<Database>) => Promise<Result>): Promise<Result>;
  /** Runs reads that may scan many rows; they need not share a snapshot. */
  survey<Result>(work: (db: Kysely<Database>) => Promise<Result>): Promise<Result>;
  /**
   * Leases those of these exchanges that are open for `ms` milliseconds from now. It doesn't queue behind other work,
   * nor wait for exchanges that are just being finished: a lease that is renewed late is lost, and a finished exchange
   * needs none.
   */
  lease(exchanges: readonly LeasedExchange[], ms: number): Promise<void>;
  /** Compiles a statement from a text for `HotStatements`. */
  hot(text: string, parameters: readonly unknown[]): CompiledQuery;
  /** Statements that keep others from changing the grant until the transaction ends. */
  grantLock(grantId: string): readonly CompiledQuery[];
  /** Keeps others from changing the grant until the transaction ends. */
  lockGrant(transaction: Transaction<Database>, grantId: string): Promise<void>;
  /**
   * Like {@link SqlDatabase.lockGrant}, but doesn't wait.
   *
   * @returns false where somebody has locked it, or it doesn't exist
   */
  lockFreeGrant(transaction: Transaction<Database>, grantId: string): Promise<boolean>;
  /** Limits how long each later statement of the transaction waits for locks, in milliseconds. */
  waitAtMost(transaction: Transaction<Database>, ms: number): Promise<void>;
  /** The database's time now, in epoch milliseconds. */
  readTime(transaction: Transaction<Database>): Promise<number>;
  /** The warm path's one prepared read. */
  readView(realm: string, subject: string): Promise<ViewRow | undefined>;
  /** A renewal's one prepared read. */
  readViewWithClaims(realm: string, subject: string): Promise<ViewWithStatusRow | undefined>;
  /** The one prepared read that polls a grant. */
  readClaims(grantId: string): Promise<ExchangeStatusRow | undefined>;
  /** Announces to the other instances, soon, that the grant has changed; call it after the commit. */
  tell(grantId: string): void;
  /** Announces to the other instances, once the transaction is committed, that the grant has changed. */
  notifyChange(transaction: Transaction<Database>, grantId: string): Promise<void>;
  /**
   * Records that somebody waits for the grant's open exchange, so that the process that finishes it calls
   * {@link SqlDatabase.tell}.
   */
  noteAwaited(grantId: string): Promise<void>;
  /** Resolves after `ms` milliseconds, or sooner when the grant is announced to have changed. */
  awaitChange(grantId: string, ms: number): Promise<void>;
  /** What is odd about the database and the way to it, as sentences for the operator. */
  remarks(): readonly string[];
  /**
   * Resolves where the database answers a read and appears writable, as far as can be told without writing.
   *
   * @throws StoreUnavailableError that says what is wrong, and contains no secret
   */
  check(): Promise<void>;
}

/** An open exchange, by its grant and its nonce. */
export type LeasedExchange = Pick<OpenExchange, 'grantId' | 'nonce'>;

/** The status of a grant's exchange: who is asking upstream for it; null where nobody ever has. */
export interface ExchangeStatusRow {
  last: number | null;
  last_nonce: string | null;
  recent: number;
  holder: string | null;
  /** In milliseconds, like the next; 0 or less where it is over. */
  leased_for: number | null;
  unresolved_for: number | null;
}

/** One credential, its tokens sealed. */
export interface CredentialRow {
  exchange_id: number;
  nonce: string;
  obtained_at: number;
  expires_at: number;
  token_type: string;
  access_token: Uint8Array;
  refresh_token: Uint8Array | null;
  provider_data: Uint8Array | null;
}

/** One row of the view; the credential's columns are either all null or none. */
export interface ViewRow extends Omit<CredentialRow, 'exchange_id' | 'nonce'> {
  id: string;
  account_id: string | null;
  integrated_at: number | null;
  failures: number;
  retry_at: number | null;
  last_failure: RetriedFailure | null;
  exchange_id: number | null;
  nonce: string | null;
  unsettled: number;
  /** 0 for nothing, 1 for due, 2 for failed: see `GrantView.confirmation`. */
  confirmation: number;
}

/** One row of the view with the grant's exchange status. */
export interface ViewWithStatusRow extends ViewRow, ExchangeStatusRow {
  /** 1 where an unread answer holds up the grant. */
  is_unread: number;
}
