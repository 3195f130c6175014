import { sql, type Transaction } from 'kysely';
import type { ExchangeName, OpenExchange } from '../grants/exchange.ts';
import { scheduleOf } from '../grants/schedule.ts';
import type { Obtained } from '../providers/provider.ts';
import type { Secret } from '../secret.ts';
import { credentialNumber } from './exchange-row.ts';
import type { Database } from './schema.ts';
import type { Vault } from './vault.ts';

/**
 * Appends what an exchange gave, with when upkeep is to see to it.
 *
 * @param exchangeId the exchange's number in this database
 * @param obtainedAt epoch milliseconds, by the clock that tokens are judged by
 * @returns false where the same exchange has given it before
 */
export async function appendCredential(
  transaction: Transaction<Database>,
  vault: Vault,
  { grantId, nonce, presented }: OpenExchange,
  exchangeId: number,
  { tokens, presentedRefreshToken: kept }: Obtained,
  obtainedAt: number,
): Promise<boolean> {
  const refresh = tokens.refreshToken
    ? { token: tokens.refreshToken, expiresAt: tokens.refreshExpiresAt ?? null }
    : ((presented &&
        (await inheritedRefreshToken(transaction, vault, { grantId, presented }, tokens.refreshExpiresAt))) ??
      (kept && { token: kept, expiresAt: tokens.refreshExpiresAt ?? null }));
  const schedule = scheduleOf(nonce, obtainedAt, tokens);
  const { numInsertedOrUpdatedRows: inserted } = await transaction
    .insertInto('credentials')
    .values({
      grant_id: grantId,
      exchange_id: exchangeId,
      nonce,
      realm: sql<string>`(select realm from grants where id = ${grantId})`,
      opened_at: sql<number>`(select opened_at from exchanges where grant_id = ${grantId} and id = ${exchangeId})`,
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
  { grantId, presented }: { grantId: string; presented: ExchangeName },
  expiresAt: number | undefined,
): Promise<{ token: Secret; expiresAt: number | null } | undefined> {
  const exchangeId = await credentialNumber(transaction, grantId, presented);
  if (exchangeId === undefined) return undefined;
  const row = await transaction
    .selectFrom('credentials')
    .select(['refresh_token', 'refresh_expires_at'])
    .where('grant_id', '=', grantId)
    .where('exchange_id', '=', exchangeId)
    .executeTakeFirst();
  if (row?.refresh_token == null) return undefined;
  const token = vault.open(row.refresh_token, { grantId, exchangeId, field: 'refresh_token' });
  return { token, expiresAt: expiresAt ?? row.refresh_expires_at };
}
