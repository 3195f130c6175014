import { sql, type Kysely } from 'kysely';
import type { Database } from '../database/schema.ts';
import type { CredentialRow } from '../database/sql-database.ts';

/**
 * The newest of a grant's credentials that ended as `exchanged`; undefined where it has no refresh token, or the
 * provider has refused it since. A refusal can't end a credential twice, so this looks at the exchanges.
 */
export async function lastExchanged(db: Kysely<Database>, grantId: string): Promise<CredentialRow | undefined> {
  const { rows } = await sql<CredentialRow>`
    select c.exchange_id, c.nonce, c.obtained_at, c.expires_at, c.token_type, c.access_token, c.refresh_token,
      c.provider_data
    from credentials c
    where c.grant_id = ${grantId} and c.exchange_id = (select max(exchange_id) from credentials where grant_id = ${grantId} and end_reason = 'exchanged')
      and c.refresh_token is not null
      and not exists (select 1 from exchanges e
        where e.grant_id = ${grantId} and e.presented_id = c.exchange_id and e.outcome = 'rejected')`.execute(db);
  return rows[0];
}
