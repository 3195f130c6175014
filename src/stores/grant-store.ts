import { randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Clock } from '../grants/clock.ts';
import type { ExchangeBounds, OpenExchange } from '../grants/exchange.ts';
import type { Account, BackOff, Claims, GrantView } from '../grants/grant.ts';
import type { AccessTokenOwner, ExchangeIntent, Failure, GrantStore } from '../grants/store.ts';
import type { AccountProfile, Applicant, Obtained } from '../providers/provider.ts';
import type { Secret } from '../secret.ts';
import { closeForsaken, isDead } from './predecessors.ts';
import { backOffColumns, recordFailure, recordObtained } from './record-outcome.ts';
import type { Database } from './schema.ts';
import { transact } from './transact.ts';
import type { Vault } from './vault.ts';
import type { ViewReader } from './view-reader.ts';

/** What the store is made of. */
export interface SqlGrantStoreOptions {
  readonly db: Kysely<Database>;
  readonly views: ViewReader;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
  /** Who opens exchanges here: names machine and process. */
  readonly holder: string;
}

/** Within which time, in milliseconds, and up to which number exchanges count as recent. */
const RECENT_MS = 60_000;
const RECENT_LIMIT = 100;

interface ClaimsRow {
  last: number | null;
  recent: number;
  holder: string | null;
  lease_until: number | null;
  abandoned_at: number | null;
  open_since: number | null;
}

/** The facts in SQL. */
export class SqlGrantStore implements GrantStore {
  readonly #options: SqlGrantStoreOptions;

  constructor(options: SqlGrantStoreOptions) {
    this.#options = options;
  }

  view(realm: string, subject: string): Promise<GrantView | undefined> {
    return Promise.resolve(this.#options.views.read(realm, subject, this.#options.clock.now()));
  }

  async claims(grantId: string): Promise<Claims> {
    const { db, clock, bounds, holder } = this.#options;
    const now = clock.now();
    const { rows } = await sql<ClaimsRow>`
      select
        (select max(id) from exchanges where grant_id = ${grantId}) as last,
        (select count(*) from (select opened_at from exchanges where grant_id = ${grantId} order by id desc limit ${RECENT_LIMIT}) r
          where r.opened_at > ${now - RECENT_MS}) as recent,
        (select holder from exchanges where grant_id = ${grantId} and finished_at is null) as holder,
        (select lease_until from exchanges where grant_id = ${grantId} and finished_at is null) as lease_until,
        (select max(opened_at) from exchanges
          where grant_id = ${grantId} and outcome is null and finished_at is not null) as abandoned_at,
        (select opened_at from exchanges where grant_id = ${grantId} and finished_at is null) as open_since`.execute(
      db,
    );
    const row = rows[0];
    const since = Math.max(row?.abandoned_at ?? 0, row?.open_since ?? 0);
    return {
      lastExchangeId: row?.last ?? 0,
      recentExchanges: row?.recent ?? 0,
      held: row?.holder != null && (row.lease_until ?? 0) > now && !isDead(row.holder, holder),
      unresolvedUntil: since === 0 ? undefined : since + bounds.upstreamMs + bounds.marginMs,
    };
  }

  async connect(realm: string, subject: string): Promise<void> {
    const created_at = this.#options.clock.now();
    await transact(this.#options.db, async (transaction) => {
      const id = randomUUID();
      await transaction.insertInto('grants').values({ id, realm, failures: 0, created_at }).execute();
      const { numInsertedOrUpdatedRows: inserted } = await transaction
        .insertInto('connections')
        .values({ realm, subject, grant_id: id, created_at })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      if (inserted === 0n) await transaction.deleteFrom('grants').where('id', '=', id).execute();
    });
  }

  async openExchange(intent: ExchangeIntent): Promise<OpenExchange | undefined> {
    const { db, clock, bounds, holder } = this.#options;
    const { grantId, kind, presentedId, lastExchangeId, applicant } = intent;
    return transact(db, async (transaction) => {
      const now = clock.now();
      await closeForsaken(transaction, grantId, holder, now);
      const { rows } = await sql<{ id: number }>`
        insert into exchanges (grant_id, kind, presented_id, holder, opened_at, lease_until)
        select ${grantId}, ${kind}, ${presentedId ?? null}, ${holder}, ${now}, ${now + bounds.leaseMs}
        where (select coalesce(max(id), 0) from exchanges where grant_id = ${grantId}) = ${lastExchangeId}
          and not exists (select 1 from exchanges where grant_id = ${grantId} and finished_at is null)
        returning id`.execute(transaction);
      const [row] = rows;
      if (row === undefined) return undefined;
      if (applicant !== undefined) {
        const text = JSON.stringify(applicant);
        await transaction.updateTable('grants').set({ applicant: text }).where('id', '=', grantId).execute();
      }
      return { id: row.id, grantId, kind, presentedId, accountId: intent.accountId };
    });
  }

  async standingApplicant(grantId: string): Promise<Applicant | undefined> {
    const row = await this.#options.db
      .selectFrom('grants')
      .select('applicant')
      .where('id', '=', grantId)
      .executeTakeFirst();
    return row?.applicant == null ? undefined : (JSON.parse(row.applicant) as Applicant);
  }

  async renewLease(exchange: OpenExchange): Promise<void> {
    const { db, clock, bounds } = this.#options;
    await transact(db, async (transaction) => {
      await transaction
        .updateTable('exchanges')
        .set({ lease_until: clock.now() + bounds.leaseMs })
        .where('id', '=', exchange.id)
        .where('finished_at', 'is', null)
        .execute();
    });
  }

  async holdBack(grantId: string, backOff: BackOff): Promise<void> {
    await transact(this.#options.db, async (transaction) => {
      await transaction.updateTable('grants').set(backOffColumns(backOff)).where('id', '=', grantId).execute();
    });
  }

  async finishObtained(exchange: OpenExchange, answer: Obtained): Promise<void> {
    const { db, vault, clock } = this.#options;
    await transact(db, (transaction) => recordObtained(transaction, vault, exchange, answer, clock.now()));
  }

  async finishFailed(exchange: OpenExchange, failure: Failure): Promise<void> {
    const { db, clock } = this.#options;
    await transact(db, (transaction) => recordFailure(transaction, exchange, failure, clock.now()));
  }

  async findByAccessToken(accessToken: Secret, graceMs: number): Promise<AccessTokenOwner | undefined> {
    const { db, vault, clock } = this.#options;
    return db
      .selectFrom('credentials')
      .innerJoin('connections', 'connections.grant_id', 'credentials.grant_id')
      .select(['connections.realm', 'connections.subject'])
      .where('credentials.access_token_hash', 'in', vault.tokenHashes(accessToken))
      .where('credentials.expires_at', '>', clock.now() - graceMs)
      .limit(1)
      .executeTakeFirst();
  }

  async account(realm: string, subject: string): Promise<Account | undefined> {
    const row = await this.#options.db
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
    await transact(this.#options.db, async (transaction) => {
      await transaction
        .updateTable('grants')
        .set({ profile: JSON.stringify(profile), profile_at: this.#options.clock.now() })
        .where('id', '=', grantId)
        .where('account_id', '=', profile.accountId)
        .execute();
    });
  }
}
