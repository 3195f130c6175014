import { randomUUID } from 'node:crypto';
import { isRotationDue } from '../../control/rotation.ts';
import type { CalCom } from '../cal-com.ts';
import { badRequest, databaseErrors, type CalException } from './exceptions.ts';
import { signJwt } from './jwt.ts';
import type { OAuthClient, Token, User } from '../state/records.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** An access token and its refresh token. */
export interface TokenPair {
  access: Token;
  refresh: Token;
}

function expiryOf(cal: CalCom, kind: Token['kind']): number {
  const { access_ttl_seconds, refresh_ttl_seconds, floor_expiry } = cal.settings.values;
  const [seconds, grain] = kind === 'access' ? [access_ttl_seconds, MINUTE_MS] : [refresh_ttl_seconds, DAY_MS];
  const exact = Math.round(cal.clock.now() + seconds * 1000);
  return floor_expiry ? exact - (exact % grain) : exact;
}

function issue(
  cal: CalCom,
  kind: Token['kind'],
  { clientId, userId, issuedBy, family }: Pick<Token, 'clientId' | 'userId' | 'issuedBy' | 'family'>,
): Token {
  const now = cal.clock.now();
  const expiresAt = expiryOf(cal, kind);
  const payload = {
    type: `${kind}_token`,
    clientId,
    ownerId: userId,
    expiresAt,
    ...(issuedBy === 'refresh' ? { userId } : {}),
    jti: randomUUID(),
    iat: Math.floor(now / 1000),
  };
  const value = signJwt(payload, cal.world.signingKey);
  const token: Token = {
    value,
    kind,
    clientId,
    userId,
    issuedBy,
    family,
    issuedAt: now,
    expiresAt,
    fate: 'live',
    uses: 0,
  };
  cal.world.addToken(token);
  return token;
}

function issuePair(cal: CalCom, clientId: string, userId: number, issuedBy: 'create' | 'force_refresh'): TokenPair {
  const origin = { clientId, userId, issuedBy, family: randomUUID() };
  return { access: issue(cal, 'access', origin), refresh: issue(cal, 'refresh', origin) };
}

/** Issues the first tokens of a managed user. */
export function tokensForNewUser(cal: CalCom, client: OAuthClient, user: User): TokenPair {
  return issuePair(cal, client.id, user.id, 'create');
}

/** Replaces all tokens the user has through this client, and needs none of them. */
export function forceRefresh(cal: CalCom, client: OAuthClient, user: User): TokenPair {
  const now = cal.clock.now();
  const keepsLiveAccess = cal.settings.values.force_refresh_deletes === 'expired_access_only';
  for (const token of cal.world.liveTokens()) {
    if (token.userId !== user.id || token.clientId !== client.id) continue;
    if (keepsLiveAccess && token.kind === 'access' && token.expiresAt > now) continue;
    cal.world.endToken(token, 'deleted');
  }
  return issuePair(cal, client.id, user.id, 'force_refresh');
}

/**
 * Exchanges a refresh token for a new pair, and purges all expired access tokens of the client.
 *
 * @throws CalException if the refresh token is not accepted
 */
export function refresh(cal: CalCom, client: OAuthClient, presented: string): TokenPair {
  const { world, settings } = cal;
  const now = cal.clock.now();
  const token = world.token(presented);
  if (token?.kind !== 'refresh' || token.clientId !== client.id) throw badRequest('Invalid refresh token');
  if (token.fate === 'used') throw refuseReuse(cal, token);
  if (token.fate !== 'live') throw badRequest('Invalid refresh token');
  if (settings.values.refresh_expiry === 'enforced' && token.expiresAt <= now)
    throw badRequest('Invalid refresh token');

  for (const other of world.liveTokens()) {
    if (other.kind === 'access' && other.clientId === client.id && other.expiresAt <= now) {
      world.endToken(other, 'purged');
    }
  }
  world.countUse(token);
  const origin = { clientId: client.id, userId: token.userId, issuedBy: 'refresh' as const, family: token.family };
  const access = issue(cal, 'access', origin);
  if (!isRotationDue(settings.values.rotation, token.uses)) return { access, refresh: token };
  world.endToken(token, 'used');
  return { access, refresh: issue(cal, 'refresh', origin) };
}

function refuseReuse(cal: CalCom, used: Token): CalException {
  const { on_reuse, race_loser } = cal.settings.values;
  if (on_reuse === 'revoke_family') {
    for (const token of cal.world.liveTokens()) if (token.family === used.family) cal.world.endToken(token, 'deleted');
  }
  switch (race_loser) {
    case 'not_found':
      return databaseErrors.recordMissing();
    case 'error_500':
      return databaseErrors.other();
    case 'invalid_refresh_token':
      return badRequest('Invalid refresh token');
  }
}
