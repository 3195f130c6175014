import { isLongLived } from '../../grants/credential.ts';
import type { ExchangeName } from '../../grants/exchange.ts';
import type { Schedule } from '../../grants/rules/renewal-schedule.ts';
import type { Obtained } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import type { Vault } from '../vault/vault.ts';
import { expiryInForce } from './consequences.ts';

/** A refresh token, and when it ends, in epoch milliseconds. */
export interface RefreshToken {
  readonly token: Secret;
  readonly expiresAt: number | null;
}

/** The part of a credential that needs no database; times are epoch milliseconds. */
export interface SealedTokens extends ExchangeName {
  readonly grantId: string;
  readonly obtainedAt: number;
  readonly expiresAt: number;
  readonly refreshExpiresAt: number | null;
  readonly tokenType: string;
  readonly accessToken: Uint8Array;
  readonly accessTokenHash: Uint8Array;
  readonly refreshToken: Uint8Array | null;
  readonly providerData: Uint8Array | null;
  /** When upkeep renews it; null where there is nothing to refresh with. */
  readonly renewAt: number | null;
  /** When upkeep exchanges its refresh token at the latest, or reports that nothing can renew it; null for never. */
  readonly lapseAt: number | null;
}

/** The columns of a new credential, in the order of {@link credentialRow}. */
export const CREDENTIAL_COLUMNS: readonly string[] =
  'grant_id exchange_id nonce realm opened_at obtained_at expires_at refresh_expires_at token_type access_token access_token_hash refresh_token renew_at lapse_at provider_data'.split(
    ' ',
  );

/**
 * Seals tokens for the grant and the exchange that they are stored under.
 *
 * @param given `refresh`, the refresh token in force, which need not be among `tokens`; `obtainedAt`, in epoch
 *   milliseconds by the clock that judges tokens
 */
export function sealedTokens(
  vault: Vault,
  { grantId, exchangeId, nonce }: ExchangeName & { readonly grantId: string },
  given: {
    readonly tokens: Obtained['tokens'];
    readonly refresh: RefreshToken | undefined;
    /** What the provider has said besides, by now. */
    readonly providerData?: Secret | undefined;
    /** When upkeep renews the refresh token. */
    readonly schedule: Schedule;
    readonly obtainedAt: number;
    /** Whether nothing but the user can give another token. */
    readonly isUnrenewable: boolean;
  },
): SealedTokens {
  const { tokens, refresh, providerData, obtainedAt, isUnrenewable, schedule } = given;
  const { accessToken, tokenType } = tokens;
  const expiresAt = expiryInForce(tokens, isUnrenewable);
  const isReported = isUnrenewable && !isLongLived({ expiresAt });
  return {
    grantId,
    exchangeId,
    nonce,
    obtainedAt,
    expiresAt,
    refreshExpiresAt: refresh?.expiresAt ?? null,
    tokenType,
    accessToken: vault.seal(accessToken, { grantId, exchangeId, field: 'access_token' }),
    accessTokenHash: vault.tokenHash(accessToken),
    refreshToken: refresh ? vault.seal(refresh.token, { grantId, exchangeId, field: 'refresh_token' }) : null,
    providerData: providerData ? vault.seal(providerData, { grantId, exchangeId, field: 'provider_data' }) : null,
    renewAt: refresh ? schedule.renewAt : null,
    lapseAt: (refresh ? schedule.lapseAt : isReported ? schedule.reportAt : undefined) ?? null,
  };
}

/**
 * The values of {@link CREDENTIAL_COLUMNS}.
 *
 * @param openedAt when its exchange was opened, by the database's clock, in epoch milliseconds
 */
export function credentialRow(sealed: SealedTokens, realm: string, openedAt: number | null): unknown[] {
  return [
    sealed.grantId,
    sealed.exchangeId,
    sealed.nonce,
    realm,
    openedAt,
    sealed.obtainedAt,
    sealed.expiresAt,
    sealed.refreshExpiresAt,
    sealed.tokenType,
    sealed.accessToken,
    sealed.accessTokenHash,
    sealed.refreshToken,
    sealed.renewAt,
    sealed.lapseAt,
    sealed.providerData,
  ];
}
