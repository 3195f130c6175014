import { randomBytes, randomUUID } from 'node:crypto';
import type { OAuth2 } from './oauth-2.ts';
import type { Account, Client, Family, Token } from './records.ts';

/** What one exchange gave. */
export interface Issued {
  access: Token;
  /** The refresh token that is good from now on. */
  refresh: Token;
  /** Whether the refresh token is a new one. */
  isRotated: boolean;
}

/** Issues one token into a family. */
export function issue(
  { world, clock, settings }: OAuth2,
  kind: Token['kind'],
  { family, scope = family.scope, parent = null }: { family: Family; scope?: string; parent?: Token['parent'] },
): Token {
  const now = clock.now();
  const { access_ttl_seconds, refresh_ttl_seconds } = settings.values;
  const seconds = kind === 'access' ? access_ttl_seconds : refresh_ttl_seconds;
  const token: Token = {
    value: `sandbox_${kind}_${randomBytes(24).toString('base64url')}`,
    kind,
    family: family.id,
    scope,
    issuedAt: now,
    expiresAt: seconds === null ? null : now + seconds * 1000,
    parent,
    ended: null,
    uses: 0,
  };
  world.addToken(token);
  return token;
}

/** The first tokens of a consent; they begin a family of their own. */
export function tokensForConsent(oauth: OAuth2, account: Account, client: Client, scope: string): Issued {
  const family: Family = {
    id: randomUUID(),
    sub: account.sub,
    clientId: client.id,
    scope,
    startedAt: oauth.clock.now(),
    ended: null,
    refreshes: 0,
    reuseAttempts: 0,
  };
  oauth.world.addFamily(family);
  return { access: issue(oauth, 'access', { family }), refresh: issue(oauth, 'refresh', { family }), isRotated: true };
}

/** The answer of RFC 6749 section 5.1. */
export function tokenAnswer({ settings }: OAuth2, { access, refresh, isRotated }: Issued): object {
  const { access_ttl_seconds, expires_in_in_answer, refresh_token_in_answer } = settings.values;
  return {
    access_token: access.value,
    token_type: 'Bearer',
    ...(expires_in_in_answer ? { expires_in: access_ttl_seconds } : {}),
    ...(isRotated || refresh_token_in_answer === 'always' ? { refresh_token: refresh.value } : {}),
    scope: access.scope,
  };
}
