import type { CompiledQuery, Kysely, RawBuilder, Transaction } from 'kysely';
import type { OpenExchange } from '../../grants/exchange.ts';
import type { RetriedFailure } from '../../grants/grant.ts';
import type { ColumnTypes } from './column-types.ts';
import type { Database } from './schema.ts';

/** What the stores need of a database beyond the SQL that all of them speak. */
export interface SqlDatabase extends AsyncDisposable {
  readonly db: Kysely<Database>;
  readonly columnTypes: ColumnTypes;
  /** The lineage that is being written now, as an expression: what was opened in another was opened before a failover or a restore. */
  lineage(): RawBuilder<string>;
  /** The database's clock as an expression, in epoch milliseconds: leases of several machines need one clock. */
  now(): RawBuilder<number>;
  /** Runs one transaction, again from its start where it met another's lock. */
  transact<Result>(work: (transaction: Transaction<Database>) => Promise<Result>): Promise<Result>;
  /** Runs reads that may look at many rows; they need not see one state. */
  survey<Result>(work: (db: Kysely<Database>) => Promise<Result>): Promise<Result>;
  /**
   * Leases these exchanges, as far as they are open, for so many milliseconds from now. Waits neither for the crowd at the database nor for those
   * that are just being finished: a lease that is renewed late is lost, and what is finished needs none.
   */
  lease(exchanges: readonly LeasedExchange[], ms: number): Promise<void>;
  /** A statement of a text that `HotStatements` understands. */
  hot(text: string, parameters: readonly unknown[]): CompiledQuery;
  /** What keeps others from changing the grant until the transaction ends, as statements. */
  grantLock(grantId: string): readonly CompiledQuery[];
  /** Keeps others from changing the grant until the transaction ends. */
  lockGrant(transaction: Transaction<Database>, grantId: string): Promise<void>;
  /**
   * As {@link SqlDatabase.lockGrant}, where that takes no waiting.
   *
   * @returns false where somebody has locked it, or it is not there
   */
  lockFreeGrant(transaction: Transaction<Database>, grantId: string): Promise<boolean>;
  /** Bounds how long each later statement of the transaction waits for another's locks, in milliseconds. */
  waitAtMost(transaction: Transaction<Database>, ms: number): Promise<void>;
  /** The database's time now, in epoch milliseconds. */
  readTime(transaction: Transaction<Database>): Promise<number>;
  /** The warm path's one prepared read. */
  readView(realm: string, subject: string): Promise<ViewRow | undefined>;
  /** A renewal's one prepared read. */
  readViewWithClaims(realm: string, subject: string): Promise<(ViewRow & ExchangeStatusRow) | undefined>;
  /** The one prepared read of whoever waits for a grant. */
  readClaims(grantId: string): Promise<ExchangeStatusRow | undefined>;
  /** Tells the other instances that the grant has changed, soon; for what is committed. */
  tell(grantId: string): void;
  /** Tells the other instances, once the transaction is committed, that the grant has changed. */
  notifyChange(transaction: Transaction<Database>, grantId: string): Promise<void>;
  /** Notes that somebody waits for the grant's open exchange, for whoever finishes it to {@link SqlDatabase.tell}. */
  noteAwaited(grantId: string): Promise<void>;
  /** Resolves after `ms` milliseconds, or sooner where the grant is announced to have changed. */
  awaitChange(grantId: string, ms: number): Promise<void>;
  /** What is odd about the database and the way to it, as sentences for the operator. */
  remarks(): readonly string[];
  /**
   * Resolves where the database answers a read and may be written to, as far as can be told without writing.
   *
   * @throws StoreUnavailableError that says what is wrong, and holds no secret
   */
  check(): Promise<void>;
}

/** An open exchange, by its grant and its nonce. */
export type LeasedExchange = Pick<OpenExchange, 'grantId' | 'nonce'>;

/** Who is asking upstream for a grant; null where nobody ever did. */
export interface ExchangeStatusRow {
  last: number | null;
  last_nonce: string | null;
  recent: number;
  holder: string | null;
  /** In milliseconds, like the next; not above 0 where it is over. */
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
}

/** One row of the view; the credential's columns are null together. */
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
}
