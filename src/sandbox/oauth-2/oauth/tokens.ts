import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { OAuth2 } from '../oauth-2.ts';
import type { Account, Client, Family, Token } from '../state/records.ts';
import { fillInMembers } from './fill-in.ts';
import { idToken } from './id-token.ts';
import { isLive } from '../../oauth/token-world.ts';

/** The tokens of one exchange. */
export interface Issued {
  access: Token;
  /** The refresh token that is valid from now on; undefined if there is none. */
  refresh: Token | undefined;
  /** Whether the refresh token is a new one. */
  isRotated: boolean;
}

/** Issues a token in a family. */
export function issue(
  { world, clock, settings }: OAuth2,
  kind: Token['kind'],
  { family, scope = family.scope, parent = null }: { family: Family; scope?: string; parent?: Token['parent'] },
): Token {
  const now = clock.now();
  const { access_ttl_seconds, access_ttl_spread_seconds, refresh_ttl_seconds } = settings.values;
  const spread = access_ttl_spread_seconds === 0 ? 0 : randomInt(access_ttl_spread_seconds + 1);
  const seconds = kind === 'access' ? access_ttl_seconds + spread : refresh_ttl_seconds;
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

/** Creates the family of a consent, without tokens. */
export function beginFamily({ world, clock }: OAuth2, account: Account, client: Client, scope: string): Family {
  const family: Family = {
    id: randomUUID(),
    sub: account.sub,
    clientId: client.id,
    scope,
    startedAt: clock.now(),
    ended: null,
    refreshes: 0,
    reuseAttempts: 0,
  };
  world.addFamily(family);
  return family;
}

/**
 * Issues a consent's refresh token, and ends the account's oldest ones with that client beyond `max_refresh_tokens`.
 */
export function firstRefreshToken(oauth: OAuth2, family: Family): Token {
  const { world, clock, settings } = oauth;
  const now = clock.now();
  const token = issue(oauth, 'refresh', { family });
  const { max_refresh_tokens } = settings.values;
  if (max_refresh_tokens === null) return token;
  const live = world
    .familiesOf(family.sub)
    .filter(({ clientId }) => clientId === family.clientId)
    .flatMap((one) => world.liveTokens(one, now))
    .filter(({ kind }) => kind === 'refresh');
  for (const oldest of live.slice(0, -max_refresh_tokens)) world.endToken(oldest, 'superseded', now);
  return token;
}

const ID_TOKEN_LIFE_SECONDS = 3_600;

/** The token response (RFC 6749 section 5.1), with the members that the settings add or leave out. */
export function tokenAnswer({ world, clock, settings }: OAuth2, { access, refresh, isRotated }: Issued): object {
  const now = clock.now();
  const { values } = settings;
  const seconds = Math.round(((access.expiresAt ?? now) - access.issuedAt) / 1000);
  const told = isRotated || values.refresh_token_in_answer === 'always' ? refresh : undefined;
  const isEndTold = values.refresh_token_expires_in_in_answer && told !== undefined && isLive(told, now);
  const refreshEnd = isEndTold ? told.expiresAt : null;
  const tokens = {
    access_token: access.value,
    token_type: values.token_type,
    expires_in: values.expires_in_in_answer
      ? values.expires_in_as === 'string'
        ? String(seconds)
        : seconds
      : undefined,
    refresh_token: told?.value,
    refresh_token_expires_in: refreshEnd === null ? undefined : Math.round((refreshEnd - now) / 1000),
    scope: values.scope_in_answer ? access.scope : undefined,
  };
  const family = world.familyOf(access);
  const account = world.account(family.sub);
  if (account === undefined) return tokens;
  const filling = { now, account };
  const claims = values.id_token_claims;
  const times = { iat: Math.floor(now / 1000), exp: Math.floor(now / 1000) + ID_TOKEN_LIFE_SECONDS };
  return {
    ...(values.tokens_under === null ? tokens : { [values.tokens_under]: tokens }),
    ...(claims === null
      ? {}
      : { id_token: idToken({ sub: account.sub, aud: family.clientId, ...times, ...fillInMembers(claims, filling) }) }),
    ...fillInMembers(values.extra_fields, filling),
  };
}
