import { randomUUID } from 'node:crypto';
import type { ImportedGrant } from '../../grants/storage/import-store.ts';
import type { Obtained } from '../../providers/provider.ts';
import { Secret } from '../../secret.ts';

/**
 * An import's tokens in the form of a provider's answer. Every credential has an access token: where the import has
 * none, a placeholder that no provider ever issued takes its place, already expired.
 *
 * @param now epoch milliseconds
 */
export function importedTokens({ access, refresh, tokenType }: ImportedGrant, now: number): Obtained['tokens'] {
  const { token, expiresAt = now } = access ?? { token: new Secret(`none ${randomUUID()}`), expiresAt: now };
  return {
    accessToken: token,
    expiresAt,
    ...(access !== undefined && access.expiresAt === undefined ? { isExpiryGuessed: true } : {}),
    tokenType,
    ...(refresh === undefined ? {} : { refreshToken: refresh.token }),
    ...(refresh?.expiresAt === undefined ? {} : { refreshExpiresAt: refresh.expiresAt }),
  };
}
