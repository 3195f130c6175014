import { sql, type Transaction } from 'kysely';
import type { Clock } from '../grants/clock.ts';
import type { Credential } from '../grants/credential.ts';
import type { GrantEvent, WayOut } from '../grants/events.ts';
import { unresolvedMs, type ExchangeBounds, type OpenExchange } from '../grants/exchange.ts';
import type { Account, BackOff, Claims, GrantView } from '../grants/grant.ts';
import type { ExchangeIntent, Failure, GrantStore } from '../grants/store.ts';
import type { AccountProfile, Applicant, Obtained } from '../providers/provider.ts';
import { AHEAD_MS } from './clock-set-back.ts';
import { grantView, StoredCredential } from './grant-view.ts';
import { lastExchanged } from './last-exchanged.ts';
import { Leases } from './leases.ts';
import { newestNonce, newNonce, nextExchangeId, type Rewriting } from './exchange-row.ts';
import { isDead } from './holder.ts';
import { closeForsaken } from './predecessors.ts';
import { recordLoss } from './record-event.ts';
import { backOffColumns, recordFailure, recordObtained } from './record-outcome.ts';
import type { Database } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Vault } from './vault.ts';

/** What the store is made of; the clock judges tokens, the database's own judges leases. */
export interface SqlGrantStoreOptions {
  readonly database: SqlDatabase;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
  /** Who opens exchanges here: names machine and process. */
  readonly holder: string;
  /** See `StoresOptions`. */
  readonly newGrantId: () => string;
}

/** The facts in SQL. */
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

  async claims(grantId: string): Promise<Claims> {
    const { database, bounds } = this.#options;
    const row = await database.readClaims(grantId);
    const [leasedFor, unresolvedFor] = [row?.leased_for ?? 0, row?.unresolved_for ?? 0];
    const isAhead = leasedFor > bounds.leaseMs + AHEAD_MS || unresolvedFor > this.#unresolvedMs + AHEAD_MS;
    if (isAhead || (row?.holder != null && isDead(row.holder))) {
      await database.transact((transaction) => closeForsaken(transaction, grantId, bounds, database.now()));
      return this.claims(grantId);
    }
    return {
      last: row?.last == null || row.last_nonce === null ? undefined : { exchangeId: row.last, nonce: row.last_nonce },
      recentExchanges: row?.recent ?? 0,
      held: leasedFor > 0,
      isUnresolved: unresolvedFor > 0,
    };
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

  async openExchange(intent: ExchangeIntent): Promise<OpenExchange | undefined> {
    const { database, bounds, holder, clock } = this.#options;
    const { grantId, kind, presented, accountId, last, current, applicant } = intent;
    const opening = database.transact(async (transaction) => {
      await database.lockGrant(transaction, grantId);
      const [openedAt, openedTick] = [clock.now(), clock.monotonic()];
      const now = database.now();
      const nonce = newNonce();
      const insert = async () => {
        const { rows } = await sql<{ id: number }>`
          insert into exchanges (grant_id, id, nonce, lineage, kind, presented_id, holder, opened_at, lease_until)
          select cast(${grantId} as text), ${nextExchangeId(grantId)}, cast(${nonce} as text), ${database.lineage()},
            cast(${kind} as text), cast(${presented?.exchangeId ?? null} as bigint),
            cast(${holder} as text), ${now}, ${now} + ${bounds.leaseMs}
          where ${newestNonce(grantId)} is not distinct from cast(${last?.nonce ?? null} as text)
            and not exists (select 1 from exchanges where grant_id = ${grantId} and finished_at is null)
            and (select nonce from credentials where grant_id = ${grantId} and ended_at is null
              order by exchange_id desc limit 1) is not distinct from cast(${current?.nonce ?? null} as text)
          returning id`.execute(transaction);
        return rows[0];
      };
      const inserted = await insert();
      const row = inserted ?? ((await closeForsaken(transaction, grantId, bounds, now)) ? await insert() : undefined);
      if (row === undefined) return undefined;
      if (applicant !== undefined) {
        const text = JSON.stringify(applicant);
        await transaction.updateTable('grants').set({ applicant: text }).where('id', '=', grantId).execute();
      }
      const named = presented && { exchangeId: presented.exchangeId, nonce: presented.nonce };
      return { exchangeId: row.id, nonce, grantId, kind, presented: named, accountId, openedAt, openedTick };
    });
    return opening.catch(unlessOpenElsewhere);
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

  async holdBack(grantId: string, backOff: BackOff): Promise<void> {
    await this.#options.database.transact(async (transaction) => {
      await transaction.updateTable('grants').set(backOffColumns(backOff)).where('id', '=', grantId).execute();
    });
  }

  async finishObtained(exchange: OpenExchange, answer: Obtained): Promise<GrantEvent | undefined> {
    const { database, vault, clock } = this.#options;
    return database.transact(async (transaction) => {
      await database.lockGrant(transaction, exchange.grantId);
      const rewriting = await this.#rewriting(transaction);
      const event = await recordObtained(transaction, vault, exchange, answer, rewriting, clock.now());
      await database.announce(transaction, exchange.grantId);
      return event;
    });
  }

  async finishFailed(exchange: OpenExchange, failure: Failure): Promise<GrantEvent | undefined> {
    const { database, clock } = this.#options;
    return database.transact(async (transaction) => {
      await database.lockGrant(transaction, exchange.grantId);
      const event = await recordFailure(transaction, exchange, failure, {
        rewriting: await this.#rewriting(transaction),
        tokensAt: clock.now(),
        unresolvedMs: this.#unresolvedMs,
      });
      await database.announce(transaction, exchange.grantId);
      return event;
    });
  }

  async noteReconnectRequired(grantId: string, wayOut: WayOut): Promise<GrantEvent | undefined> {
    const { database, clock } = this.#options;
    return database.transact(async (transaction) => {
      await database.lockGrant(transaction, grantId);
      const at = await database.readTime(transaction);
      const times = { at, tokensAt: clock.now(), unresolvedMs: this.#unresolvedMs };
      return recordLoss(transaction, grantId, wayOut, times);
    });
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

  async #rewriting(transaction: Transaction<Database>): Promise<Rewriting> {
    const { database, holder } = this.#options;
    return { now: await database.readTime(transaction), lineage: database.lineage(), holder };
  }
}

/** The index that lets one exchange of a grant be open has seen another one, which nothing before it had. */
function unlessOpenElsewhere(error: unknown): undefined {
  if (error instanceof Error && 'constraint' in error && error.constraint === 'exchanges_open') return undefined;
  throw error;
}
