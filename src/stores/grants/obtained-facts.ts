import type { Transaction } from 'kysely';
import type { EventType } from '../../grants/events.ts';
import type { ExchangeName, OpenExchange } from '../../grants/exchange.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import { together } from '../database/together.ts';

/** What must be known of a grant before the result of an exchange is written. */
export interface ObtainedFacts {
  /** By the database's clock, in epoch milliseconds. */
  readonly now: number;
  readonly realm: string;
  readonly integrated_at: number | null;
  /** 1 where the grant's row says that its exchanges fail. */
  readonly failing: number;
  /** 1 where forgetting waits for the grant's next credential. */
  readonly revisited: number;
  /** The exchange's number in this database; null where it is not there under its original one. */
  readonly number: number | null;
  readonly opened_at: number | null;
  /** 1 where the exchange's credential was appended before. */
  readonly appended: number;
  /** The refresh token that stays in force if the answer has none, sealed; and when it ends, in epoch milliseconds. */
  readonly kept_token: Uint8Array | null;
  readonly kept_until: number | null;
  /** What the provider said beside the tokens of the presented credential, sealed. */
  readonly kept_data: Uint8Array | null;
  /** The type of the last event, not counting disconnections. */
  readonly last_event: EventType | null;
}

const FACTS = `
  select $now as now, g.realm, g.integrated_at, e.id as number, e.opened_at,
    case when g.failures <> 0 or g.retry_at is not null or g.last_failure is not null then 1 else 0 end as failing,
    case when g.revisit_at is null then 0 else 1 end as revisited,
    case when exists (select 1 from credentials c where c.grant_id = g.id and c.exchange_id = e.id and c.nonce = e.nonce)
      then 1 else 0 end as appended,
    p.refresh_token as kept_token, p.refresh_expires_at as kept_until, p.provider_data as kept_data,
    (select v.type from events v where v.grant_id = g.id and v.type <> 'grant.disconnected'
      order by v.number desc limit 1) as last_event
  from grants g
  left join exchanges e on e.grant_id = g.id and e.id = $2 and e.nonce = $3
  left join credentials p on p.grant_id = g.id and p.exchange_id = $4 and p.nonce = $5
  where g.id = $1`;

/**
 * Locks the grant, and then reads these facts.
 *
 * @param exchange identified by its number in this database
 * @param kept the credential of which something may stay in force, and is read too
 * @returns undefined where the grant doesn't exist
 */
export async function lockForObtained(
  database: SqlDatabase,
  transaction: Transaction<Database>,
  { grantId, exchangeId, nonce }: Pick<OpenExchange, 'grantId' | 'exchangeId' | 'nonce'>,
  kept: ExchangeName | undefined,
): Promise<ObtainedFacts | undefined> {
  const parameters = [grantId, exchangeId, nonce, kept?.exchangeId ?? null, kept?.nonce ?? null];
  // The lock comes first, in a statement of its own: only later statements see what it waited for.
  const answers = await together(transaction, [...database.grantLock(grantId), database.hot(FACTS, parameters)]);
  return answers.at(-1)?.rows[0] as ObtainedFacts | undefined;
}
