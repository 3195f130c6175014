import { sql, type ExpressionBuilder, type Transaction } from 'kysely';
import type { Clock } from '../../grants/clock.ts';
import { LONGEST_ASKED_MS } from '../../grants/rules/backoff.ts';
import type { Connection, ConnectionStore, OrphanedGrant } from '../../grants/storage/connection-store.ts';
import type { GrantEvent } from '../../grants/events.ts';
import { unresolvedMs, type ExchangeBounds, type OpenExchange } from '../../grants/exchange.ts';
import type { Backoff } from '../../grants/grant.ts';
import type { AccountProfile } from '../../providers/provider.ts';
import { catchUpWithClock } from '../database/clock-set-back.ts';
import { connectedTo, markIfOrphaned } from './connection.ts';
import { nextExchangeId } from '../grants/exchange-row.ts';
import { newNonce } from '../database/nonce.ts';
import { StoredCredential } from '../grants/grant-view.ts';
import { OvertakenError } from './overtaken.ts';
import { closeAbandonedExchange } from '../grants/orphaned-exchanges.ts';
import { recordDisconnection, recordUnrevoked } from '../grants/record-event.ts';
import { backoffColumns } from '../grants/apply-backoff.ts';
import type { Database } from '../database/schema.ts';
import { supersede } from '../grants/supersede.ts';
import type { CredentialRow, SqlDatabase } from '../database/sql-database.ts';
import type { Vault } from '../vault/vault.ts';

/** Configures {@link SqlConnectionStore}. */
export interface SqlConnectionStoreOptions {
  readonly database: SqlDatabase;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
  readonly holder: string;
}

/** Connections in SQL. */
export class SqlConnectionStore implements ConnectionStore {
  readonly #options: SqlConnectionStoreOptions;

  constructor(options: SqlConnectionStoreOptions) {
    this.#options = options;
  }

  async of(subject: string, realms: readonly string[]): Promise<Connection[]> {
    if (realms.length === 0) return [];
    const rows = await this.#options.database.db
      .selectFrom('connections')
      .innerJoin('grants', 'grants.id', 'connections.grant_id')
      .select([
        'connections.realm',
        'connections.subject',
        'connections.created_at',
        'grants.id',
        'grants.account_id',
        'grants.profile',
      ])
      .where('connections.realm', 'in', realms)
      .where((where) =>
        where.or([where('connections.subject', '=', subject), where('connections.owner', '=', subject)]),
      )
      .where(hasBegun)
      .orderBy('connections.created_at')
      .execute();
    return rows.map((row) => ({
      realm: row.realm,
      key: row.subject,
      grantId: row.id,
      connectedAt: row.created_at,
      accountId: row.account_id ?? undefined,
      profile: row.profile === null ? undefined : (JSON.parse(row.profile) as AccountProfile),
    }));
  }

  async disconnect(realm: string, subject: string): Promise<GrantEvent | undefined> {
    const { database, clock } = this.#options;
    return database.transact(async (transaction) => {
      const grantId = await connectedTo(transaction, { realm, subject });
      if (grantId === undefined) return undefined;
      await database.lockGrant(transaction, grantId);
      const { numDeletedRows } = await transaction
        .deleteFrom('connections')
        .where('realm', '=', realm)
        .where('subject', '=', subject)
        .where('grant_id', '=', grantId)
        .executeTakeFirstOrThrow();
      if (numDeletedRows === 0n)
        throw new OvertakenError('This subject was connected to another grant, or left, meanwhile.');
      const grants = transaction.selectFrom('grants').select('id').where('id', '=', grantId);
      const begun = await grants.where(hasBegun).executeTakeFirst();
      const at = await database.readTime(transaction);
      const event = begun ? await recordDisconnection(transaction, grantId, subject, at) : undefined;
      await markIfOrphaned(transaction, grantId, clock.now());
      await database.notifyChange(transaction, grantId);
      return event;
    });
  }

  async claimOrphanedGrant(realm: string): Promise<OrphanedGrant | undefined> {
    const { database, clock, bounds, holder, vault } = this.#options;
    return database.transact(async (transaction) => {
      const now = database.now();
      const at = clock.now();
      await catchUpWithClock(
        transaction,
        sql`select id from grants where left_at is not null and realm = ${realm}`,
        bounds,
        now,
      );
      // A call whose answer may still arrive could bring tokens that would then stay in force.
      const { rows } = await sql<{ id: string; account_id: string | null; failures: number }>`
        select g.id, g.account_id, g.failures from grants g
        where g.left_at is not null and g.realm = ${realm} and (g.retry_at is null or g.retry_at <= ${at} or g.retry_at > ${at + LONGEST_ASKED_MS})
          and not exists (select 1 from connections k where k.grant_id = g.id)
          and not exists (select 1 from exchanges e where e.grant_id = g.id and e.outcome is null
            and e.kind <> 'revoke' and e.opened_at + ${unresolvedMs(bounds)} > ${now})
          and not exists (select 1 from exchanges e where e.grant_id = g.id and e.finished_at is null
            and e.kind = 'revoke' and e.lease_until > ${now})
        order by g.left_at limit 1`.execute(transaction);
      const [grant] = rows;
      if (grant === undefined) return undefined;
      const grantId = grant.id;
      await database.lockGrant(transaction, grantId);
      await closeAbandonedExchange(transaction, grantId, bounds, now);
      const nonce = newNonce();
      const opened = await sql<{ id: number }>`
        insert into exchanges (grant_id, id, nonce, lineage, kind, holder, opened_at, lease_until)
        select cast(${grantId} as text), ${nextExchangeId(grantId)}, cast(${nonce} as text), ${database.lineage()},
          'revoke', cast(${holder} as text), ${now}, ${now} + ${bounds.leaseMs}
        where not exists (select 1 from exchanges where grant_id = ${grantId} and finished_at is null)
          and not exists (select 1 from connections where grant_id = ${grantId})
        returning id`.execute(transaction);
      const exchangeId = opened.rows[0]?.id;
      if (exchangeId === undefined) return undefined;
      const standing = await sql<CredentialRow>`
        select exchange_id, nonce, obtained_at, expires_at, token_type, access_token, refresh_token, provider_data
        from credentials
        where grant_id = ${grantId} and ended_at is null order by exchange_id desc limit 1`.execute(transaction);
      const [row] = standing.rows;
      const name = row && { grantId, exchangeId: row.exchange_id, nonce: row.nonce };
      const credential = row && name && new StoredCredential(row, name, vault);
      return {
        exchange: {
          exchangeId,
          nonce,
          grantId,
          kind: 'revoke',
          presented: undefined,
          accountId: grant.account_id ?? undefined,
          openedAt: clock.now(),
          openedTick: clock.monotonic(),
        },
        tokens: credential && { accessToken: credential.accessToken(), refreshToken: credential.refreshToken() },
        failures: grant.failures,
      };
    });
  }

  async erase({ grantId, exchangeId, accountId }: OpenExchange, unrevoked?: string): Promise<GrantEvent | undefined> {
    const { database } = this.#options;
    return database.transact(async (transaction) => {
      await database.lockGrant(transaction, grantId);
      const now = await database.readTime(transaction);
      if (accountId !== undefined) await distrustNewcomers(transaction, { grantId, accountId, now });
      const end = { at: now, grantId, exchangeId, detail: unrevoked ?? null };
      const event = unrevoked === undefined ? undefined : await recordUnrevoked(transaction, end);
      await transaction.deleteFrom('credentials').where('grant_id', '=', grantId).execute();
      await transaction.deleteFrom('exchanges').where('grant_id', '=', grantId).execute();
      await transaction.deleteFrom('grants').where('id', '=', grantId).execute();
      return event;
    });
  }

  async putBack({ nonce, grantId }: OpenExchange, backoff: Backoff, detail?: string): Promise<void> {
    const { database } = this.#options;
    await database.transact(async (transaction) => {
      await database.lockGrant(transaction, grantId);
      const now = await database.readTime(transaction);
      await transaction
        .updateTable('exchanges')
        .set({ finished_at: now, outcome: 'unknown', outcome_at: now, detail: detail ?? null })
        .where('grant_id', '=', grantId)
        .where('nonce', '=', nonce)
        .execute();
      await transaction.updateTable('grants').set(backoffColumns(backoff)).where('id', '=', grantId).execute();
    });
  }
}

/**
 * Whether a grant has ever had an account: until one is created it is no connection, and no event was emitted for it.
 */
function hasBegun(where: ExpressionBuilder<Database, 'grants'>) {
  return where.or([where('grants.integrated_at', 'is not', null), where('grants.account_id', 'is not', null)]);
}

/** Where an account was opened again while its former grant was revoked, nobody can tell whose tokens that ended. */
async function distrustNewcomers(
  transaction: Transaction<Database>,
  { grantId, accountId, now }: { grantId: string; accountId: string; now: number },
): Promise<void> {
  const newcomers = await transaction
    .selectFrom('grants')
    .select('id')
    .where('account_id', '=', accountId)
    .where('id', '<>', grantId)
    .where('realm', '=', transaction.selectFrom('grants').select('realm').where('id', '=', grantId))
    .execute();
  await supersede(
    transaction,
    newcomers.map(({ id }) => id),
    now,
  );
}
