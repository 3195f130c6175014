import type { Transaction } from 'kysely';
import type { ExchangeName } from '../../grants/exchange.ts';
import type { Schedule } from '../../grants/rules/renewal-schedule.ts';
import type { Obtained } from '../../providers/provider.ts';
import { CREDENTIAL_COLUMNS, credentialRow, sealedTokens, type RefreshToken } from './credential-row.ts';
import { credentialNumber } from './exchange-row.ts';
import type { ObtainedFacts } from './obtained-facts.ts';
import type { Database } from '../database/schema.ts';
import type { Vault } from '../vault/vault.ts';
import { mergedProviderData } from '../../oauth/provider-data.ts';
import type { Secret } from '../../secret.ts';

/** The exchange that gave a credential, by its number in this database. */
export interface Giver extends ExchangeName {
  readonly grantId: string;
  readonly presented: ExchangeName | undefined;
}

const APPEND = `
  insert into credentials (${CREDENTIAL_COLUMNS.join(', ')})
  values (${CREDENTIAL_COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})
  on conflict do nothing`;

/**
 * The statement that appends what an exchange obtained, with the time at which upkeep renews its refresh token: its
 * text and its parameters.
 */
export function appending(
  vault: Vault,
  giver: Giver,
  { tokens }: Obtained,
  facts: Pick<ObtainedFacts, 'realm' | 'opened_at'> & {
    /** Epoch milliseconds, by the clock that judges tokens. */
    readonly obtainedAt: number;
    readonly refresh: RefreshToken | undefined;
    readonly providerData: Secret | undefined;
    readonly schedule: Schedule;
    /** Whether nothing but the user can give another token. */
    readonly isUnrenewable: boolean;
  },
): [text: string, parameters: unknown[]] {
  const { realm, opened_at: openedAt } = facts;
  const sealed = sealedTokens(vault, giver, { ...facts, tokens });
  return [APPEND, credentialRow(sealed, realm, openedAt)];
}

/**
 * The refresh token in force after an answer. An answer without one leaves the presented one in force (RFC 6749 section
 * 6), perhaps with a later end; where the database has lost that one, the answer carries it.
 *
 * @param facts what was read of the presented credential
 */
export async function refreshTokenOf(
  transaction: Transaction<Database>,
  vault: Vault,
  { grantId, presented }: Giver,
  { tokens, presentedRefreshToken: brought }: Obtained,
  facts: Pick<ObtainedFacts, 'kept_token' | 'kept_until'>,
): Promise<RefreshToken | undefined> {
  const until = tokens.refreshExpiresAt;
  if (tokens.refreshToken !== undefined) return { token: tokens.refreshToken, expiresAt: until ?? null };
  if (presented === undefined) return brought && { token: brought, expiresAt: until ?? null };
  const { kept_token: sealed, kept_until: keptUntil } = facts;
  if (sealed !== null) {
    const token = vault.open(sealed, { grantId, exchangeId: presented.exchangeId, field: 'refresh_token' });
    return { token, expiresAt: until ?? keptUntil };
  }
  const renumbered = await keptElsewhere(transaction, vault, { grantId, presented }, until);
  return renumbered ?? (brought && { token: brought, expiresAt: until ?? null });
}

/**
 * What the provider has said besides, by now: a refresh keeps what its answer does not say again. Undefined where the
 * provider's definition hands nothing on.
 *
 * @param facts what was read of the presented credential
 */
export function providerDataOf(
  vault: Vault,
  { grantId, presented }: Giver,
  { tokens: { providerData: now } }: Obtained,
  { kept_data: sealed }: Pick<ObtainedFacts, 'kept_data'>,
): Secret | undefined {
  if (now === undefined) return undefined;
  const isKept = sealed !== null && presented !== undefined;
  const place = { grantId, exchangeId: presented?.exchangeId ?? 0, field: 'provider_data' } as const;
  return mergedProviderData(isKept ? vault.open(sealed, place) : undefined, now);
}

/** The presented credential's token, where a database that went back in time has it under another number. */
async function keptElsewhere(
  transaction: Transaction<Database>,
  vault: Vault,
  { grantId, presented }: { grantId: string; presented: ExchangeName },
  expiresAt: number | undefined,
): Promise<RefreshToken | undefined> {
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
