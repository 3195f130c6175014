import type { Secret } from '../../secret.ts';
import type { OAuth2Definition } from './definition.ts';

/** The parameters of a refresh (RFC 6749 section 6), with those that the definition adds. */
export function refreshGrant(
  { refreshParameters, refreshScopes, authorization }: OAuth2Definition,
  refreshToken: Secret,
): Readonly<Record<string, string>> {
  const scope = refreshScopes?.join(authorization?.scopeSeparator ?? ' ');
  return {
    ...(scope === undefined ? {} : { scope }),
    ...refreshParameters,
    grant_type: 'refresh_token',
    refresh_token: refreshToken.reveal(),
  };
}
