import { randomUUID } from 'node:crypto';
import type { ImportedGrant } from '../../grants/storage/import-store.ts';
import type { Obtained } from '../../providers/provider.ts';
import { Secret } from '../../secret.ts';

/**
 * An import's tokens as if a provider had given them. Every credential has an access token: where there is none, a word that
 * no provider ever gave stands in, long expired.
 *
 * @param now epoch milliseconds
 */
export function importedTokens({ access, refresh, tokenType }: ImportedGrant, now: number): Obtained['tokens'] {
  const { token, expiresAt = now } = access ?? { token: new Secret(`none ${randomUUID()}`), expiresAt: now };
  return {
    accessToken: token,
    expiresAt,
    tokenType,
    ...(refresh === undefined ? {} : { refreshToken: refresh.token }),
    ...(refresh?.expiresAt === undefined ? {} : { refreshExpiresAt: refresh.expiresAt }),
  };
}
