import type { Transaction } from 'kysely';
import type { Clock } from '../../grants/clock.ts';
import type { Credential } from '../../grants/credential.ts';
import type { GrantEvent, RecoveryPath } from '../../grants/events.ts';
import { unresolvedMs, type ExchangeBounds, type ExchangeName, type OpenExchange } from '../../grants/exchange.ts';
import type { Account, Backoff, ExchangeStatus, GrantView, ViewWithStatus } from '../../grants/grant.ts';
import type { ExchangeIntent, Failure, GrantStore } from '../../grants/storage/grant-store.ts';
import type { Schedule } from '../../grants/rules/renewal-schedule.ts';
import type { AccountProfile, Applicant, Obtained } from '../../providers/provider.ts';
import { AHEAD_MS } from '../database/clock-set-back.ts';
import { backoffColumns } from './apply-backoff.ts';
import { grantView, StoredCredential } from './grant-view.ts';
import { lastExchanged } from './last-exchanged.ts';
import { Leases } from './exchange-leases.ts';
import type { Present } from './exchange-row.ts';
import { isDead } from '../database/holder.ts';
import { openExchange } from './open-exchange.ts';
import { closeAbandonedExchange } from './orphaned-exchanges.ts';
import { recordLoss } from './record-event.ts';
import { recordFailure, recordObtained } from './record-outcome.ts';
import type { Database } from '../database/schema.ts';
import type { ExchangeStatusRow, SqlDatabase } from '../database/sql-database.ts';
import { endCredential } from './supersede.ts';
import type { Vault } from '../vault/vault.ts';

/** Configures {@link SqlGrantStore}; the clock judges tokens, the database's own clock judges leases. */
export interface SqlGrantStoreOptions {
  readonly database: SqlDatabase;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
  /** The holder of the exchanges opened here: names machine and process. */
  readonly holder: string;
  /** See `StoresOptions`. */
  readonly newGrantId: () => string;
}

/** Grants in SQL. */
export class SqlGrantStore implements GrantStore {
  readonly #options: SqlGrantStoreOptions;
  readonly #unresolvedMs: number;
  readonly #leases: Leases;

  constructor(options: SqlGrantStoreOptions) {
    this.#options = options;
    this.#unresolvedMs = unresolvedMs(options.bounds);
    this.#leases = new Leases(options.database, options.bounds.leaseMs);
  }

  async view(realm: string, subject: string): Promise<GrantView | undefined> {
    const { database, vault } = this.#options;
    const row = await database.readView(realm, subject);
    return row && grantView(row, vault);
  }

  async viewWithStatus(realm: string, subject: string): Promise<ViewWithStatus | undefined> {
    const { database, vault } = this.#options;
    const row = await database.readViewWithClaims(realm, subject);
    if (row === undefined) return undefined;
    if (this.#isForsaken(row)) {
      await this.#closeAbandonedExchange(row.id);
      return this.viewWithStatus(realm, subject);
    }
    return { view: grantView(row, vault), claims: claimsOf(row), isUnread: row.is_unread === 1 };
  }

  async exchangeStatus(grantId: string): Promise<ExchangeStatus> {
    const row = await this.#options.database.readClaims(grantId);
    if (row !== undefined && this.#isForsaken(row)) {
      await this.#closeAbandonedExchange(grantId);
      return this.exchangeStatus(grantId);
    }
    return claimsOf(row);
  }

  async lastExchanged(grantId: string): Promise<Credential | undefined> {
    const { database, vault } = this.#options;
    const row = await lastExchanged(database.db, grantId);
    return row && new StoredCredential(row, { grantId, exchangeId: row.exchange_id, nonce: row.nonce }, vault);
  }

  async connect(realm: string, subject: string): Promise<void> {
    const created_at = this.#options.clock.now();
    await this.#options.database.transact(async (transaction) => {
      const id = this.#options.newGrantId();
      await transaction.insertInto('grants').values({ id, realm, failures: 0, created_at }).execute();
      const { numInsertedOrUpdatedRows: inserted } = await transaction
        .insertInto('connections')
        .values({ realm, subject, grant_id: id, created_at, called_at: created_at })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      if (inserted === 0n) await transaction.deleteFrom('grants').where('id', '=', id).execute();
    });
  }

  openExchange(intent: ExchangeIntent): Promise<OpenExchange | undefined> {
    return openExchange(this.#options, intent);
  }

  async standingApplicant(grantId: string): Promise<Applicant | undefined> {
    const row = await this.#options.database.db
      .selectFrom('grants')
      .select('applicant')
      .where('id', '=', grantId)
      .executeTakeFirst();
    return row?.applicant == null ? undefined : (JSON.parse(row.applicant) as Applicant);
  }

  async renewLease(exchange: OpenExchange): Promise<void> {
    await this.#leases.renew(exchange);
  }

  async applyBackoff(grantId: string, backoff: Backoff): Promise<void> {
    await this.#options.database.transact(async (transaction) => {
      await transaction.updateTable('grants').set(backoffColumns(backoff)).where('id', '=', grantId).execute();
    });
  }

  async finishObtained(exchange: OpenExchange, answer: Obtained, schedule: Schedule): Promise<GrantEvent | undefined> {
    const { database, vault, clock } = this.#options;
    const { event, awaited } = await database.transact((transaction) =>
      recordObtained(database, transaction, { vault, exchange, answer, schedule, obtainedAt: clock.now() }),
    );
    if (await awaited) database.tell(exchange.grantId);
    return event;
  }

  async finishFailed(exchange: OpenExchange, failure: Failure): Promise<GrantEvent | undefined> {
    const { database, vault, clock } = this.#options;
    return database.transact(async (transaction) => {
      await database.lockGrant(transaction, exchange.grantId);
      const event = await recordFailure(transaction, exchange, failure, {
        vault,
        present: await this.#present(transaction),
        tokensAt: clock.now(),
        unresolvedMs: this.#unresolvedMs,
      });
      await database.notifyChange(transaction, exchange.grantId);
      return event;
    });
  }

  async noteReconnectRequired(
    grantId: string,
    recoveryPath: RecoveryPath,
    reported?: ExchangeName,
  ): Promise<GrantEvent | undefined> {
    const { database, clock } = this.#options;
    return database.transact(async (transaction) => {
      await database.lockGrant(transaction, grantId);
      const at = await database.readTime(transaction);
      const times = { at, tokensAt: clock.now(), unresolvedMs: this.#unresolvedMs };
      if (reported !== undefined) await endCredential(transaction, grantId, reported, { now: at, reason: 'rejected' });
      return recordLoss(transaction, grantId, recoveryPath, times);
    });
  }

  noteAwaited(grantId: string): Promise<void> {
    return this.#options.database.noteAwaited(grantId);
  }

  awaitChange(grantId: string, ms: number): Promise<void> {
    return this.#options.database.awaitChange(grantId, ms);
  }

  async account(realm: string, subject: string): Promise<Account | undefined> {
    const row = await this.#options.database.db
      .selectFrom('connections')
      .innerJoin('grants', 'grants.id', 'connections.grant_id')
      .select(['grants.id', 'grants.account_id', 'grants.integrated_at', 'grants.profile', 'grants.profile_at'])
      .where('connections.realm', '=', realm)
      .where('connections.subject', '=', subject)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    return {
      grantId: row.id,
      accountId: row.account_id ?? undefined,
      integratedAt: row.integrated_at ?? undefined,
      profile: row.profile === null ? undefined : (JSON.parse(row.profile) as AccountProfile),
      profileAt: row.profile_at ?? 0,
    };
  }

  async noteProfile(grantId: string, profile: AccountProfile): Promise<void> {
    await this.#options.database.transact(async (transaction) => {
      await transaction
        .updateTable('grants')
        .set({ profile: JSON.stringify(profile), profile_at: this.#options.clock.now() })
        .where('id', '=', grantId)
        .where('account_id', '=', profile.accountId)
        .execute();
    });
  }

  /**
   * True where the open exchange belongs to a process that is gone, or to a time that the database's clock has not
   * reached yet.
   */
  #isForsaken({ holder, leased_for: leasedFor, unresolved_for: unresolvedFor }: ExchangeStatusRow): boolean {
    const { leaseMs } = this.#options.bounds;
    const isAhead = (leasedFor ?? 0) > leaseMs + AHEAD_MS || (unresolvedFor ?? 0) > this.#unresolvedMs + AHEAD_MS;
    return isAhead || (holder !== null && isDead(holder));
  }

  async #closeAbandonedExchange(grantId: string): Promise<void> {
    const { database, bounds } = this.#options;
    await database.transact((transaction) => closeAbandonedExchange(transaction, grantId, bounds, database.now()));
  }

  async #present(transaction: Transaction<Database>): Promise<Present> {
    const { database } = this.#options;
    return { now: await database.readTime(transaction), lineage: database.lineage() };
  }
}

function claimsOf(row: ExchangeStatusRow | undefined): ExchangeStatus {
  return {
    last: row?.last == null || row.last_nonce === null ? undefined : { exchangeId: row.last, nonce: row.last_nonce },
    recentExchanges: row?.recent ?? 0,
    held: (row?.leased_for ?? 0) > 0,
    isUnresolved: (row?.unresolved_for ?? 0) > 0,
  };
}
