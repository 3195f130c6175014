import { randomBytes, randomUUID } from 'node:crypto';
import type { CalCom } from '../cal-com.ts';
import { signJwt } from '../api/jwt.ts';
import type { Token } from '../state/records.ts';

/** The user, client, scopes and cause of a token to be issued. */
export type Origin = Pick<Token, 'clientId' | 'userId' | 'issuedBy' | 'family'> & { scopes: string[] };

/** The tokens of one response. */
export interface OAuthTokens {
  access: Token;
  /** Undefined if the response has none. */
  refresh: Token | undefined;
}

/** Issues one token. Its `exp` is in whole seconds, and the token ends at that second. */
export function issueOAuthToken(cal: CalCom, kind: Token['kind'], origin: Origin): Token {
  const { world, clock, settings } = cal;
  const { oauth_access_ttl_seconds, oauth_refresh_ttl_seconds, oauth_distinct_tokens, oauth_rotation } =
    settings.values;
  const now = clock.now();
  const iat = Math.floor(now / 1000);
  const exp = iat + (kind === 'access' ? oauth_access_ttl_seconds : oauth_refresh_ttl_seconds);
  const value = signJwt(
    {
      userId: origin.userId,
      teamId: null,
      scope: origin.scopes,
      token_type: kind === 'access' ? 'Access Token' : 'Refresh Token',
      clientId: origin.clientId,
      ...(kind === 'refresh' && oauth_rotation === 'single_use'
        ? { secret: randomBytes(32).toString('base64url') }
        : {}),
      ...(oauth_distinct_tokens ? { jti: randomUUID() } : {}),
      iat,
      exp,
    },
    world.signingKey,
  );
  const twin = world.token(value);
  if (twin !== undefined) world.endToken(twin, 'deleted');
  const token: Token = { ...origin, value, kind, issuedAt: now, expiresAt: exp * 1000, fate: 'live', uses: 0 };
  world.addToken(token);
  return token;
}

/** Whether a token comes from a person's consent and not from a client that manages users. */
export function isOAuthToken(token: Token): token is Token & { scopes: string[] } {
  return token.scopes !== undefined;
}
