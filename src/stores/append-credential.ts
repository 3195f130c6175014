import { sql, type Transaction } from 'kysely';
import type { OpenExchange } from '../grants/exchange.ts';
import { scheduleOf } from '../grants/schedule.ts';
import type { Obtained } from '../providers/provider.ts';
import type { Secret } from '../secret.ts';
import type { Database } from './schema.ts';
import type { Vault } from './vault.ts';

/**
 * Appends what an exchange gave, with when upkeep is to see to it.
 *
 * @param obtainedAt epoch milliseconds, by the clock that tokens are judged by
 * @returns false where the same exchange has given it before
 */
export async function appendCredential(
  transaction: Transaction<Database>,
  vault: Vault,
  exchange: OpenExchange,
  { tokens }: Obtained,
  obtainedAt: number,
): Promise<boolean> {
  const { id: exchangeId, grantId } = exchange;
  const refresh = tokens.refreshToken
    ? { token: tokens.refreshToken, expiresAt: tokens.refreshExpiresAt ?? null }
    : await inheritedRefreshToken(transaction, vault, exchange, tokens.refreshExpiresAt);
  const schedule = scheduleOf(exchangeId, obtainedAt, tokens);
  const { numInsertedOrUpdatedRows: inserted } = await transaction
    .insertInto('credentials')
    .values({
      exchange_id: exchangeId,
      grant_id: grantId,
      realm: sql<string>`(select realm from grants where id = ${grantId})`,
      opened_at: sql<number>`(select opened_at from exchanges where id = ${exchangeId})`,
      obtained_at: obtainedAt,
      expires_at: tokens.expiresAt,
      refresh_expires_at: refresh?.expiresAt ?? null,
      token_type: tokens.tokenType,
      access_token: vault.seal(tokens.accessToken, { grantId, exchangeId, field: 'access_token' }),
      access_token_hash: vault.tokenHash(tokens.accessToken),
      refresh_token: refresh ? vault.seal(refresh.token, { grantId, exchangeId, field: 'refresh_token' }) : null,
      renew_at: refresh ? schedule.renewAt : null,
      lapse_at: refresh ? (schedule.lapseAt ?? null) : null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return inserted !== 0n;
}

/** An answer without a refresh token leaves the presented one in force (RFC 6749 section 6), perhaps with a later end. */
async function inheritedRefreshToken(
  transaction: Transaction<Database>,
  vault: Vault,
  { grantId, presentedId }: OpenExchange,
  expiresAt: number | undefined,
): Promise<{ token: Secret; expiresAt: number | null } | undefined> {
  if (presentedId === undefined) return undefined;
  const row = await transaction
    .selectFrom('credentials')
    .select(['refresh_token', 'refresh_expires_at'])
    .where('exchange_id', '=', presentedId)
    .executeTakeFirst();
  if (row?.refresh_token == null) return undefined;
  const token = vault.open(row.refresh_token, { grantId, exchangeId: presentedId, field: 'refresh_token' });
  return { token, expiresAt: expiresAt ?? row.refresh_expires_at };
}
