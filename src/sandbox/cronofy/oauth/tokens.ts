import { randomBytes, randomUUID } from 'node:crypto';
import type { Cronofy } from '../cronofy.ts';
import type { Account, Authorization, Client, Profile, Token } from '../state/records.ts';

/** A value as Cronofy's tokens are: 32 ASCII characters that mean nothing. */
export function newTokenValue(): string {
  return randomBytes(24).toString('base64url');
}

/** What one exchange gave. */
export interface Issued {
  authorization: Authorization;
  access: Token;
  /** The refresh token that is good from now on. */
  refresh: Token;
}

/** Issues one token; a refresh token has no end of its own. */
export function issue({ world, clock, settings }: Cronofy, kind: Token['kind'], authorization: Authorization): Token {
  const now = clock.now();
  const token: Token = {
    value: newTokenValue(),
    kind,
    authorization: authorization.id,
    issuedAt: now,
    expiresAt: kind === 'access' ? now + settings.values.access_ttl_seconds * 1000 : null,
    ended: null,
    uses: 0,
  };
  world.addToken(token);
  return token;
}

/**
 * The tokens of a person's consent. An account that has consented to this client before keeps its one authorization,
 * so that whoever else links it shares one refresh token with the first.
 */
export function tokensForConsent(
  cronofy: Cronofy,
  client: Client,
  account: Account,
  granted: { scope: string; delegatedScope: string | null },
): Issued {
  const { world, clock, settings } = cronofy;
  const now = clock.now();
  const standing = world.standingAuthorization(client, account.sub);
  if (standing === undefined) {
    const authorization = authorize(cronofy, client, account, granted);
    return {
      authorization,
      access: issue(cronofy, 'access', authorization),
      refresh: issue(cronofy, 'refresh', authorization),
    };
  }
  world.changeAuthorization(standing, granted);
  const isRefresh = ({ kind }: Token): boolean => kind === 'refresh';
  if (settings.values.reauthorization === 'new_token') {
    for (const token of world.liveTokens(standing, now).filter(isRefresh)) world.endToken(token, 'superseded', now);
  }
  const refresh = world.liveTokens(standing, now).findLast(isRefresh) ?? issue(cronofy, 'refresh', standing);
  return { authorization: standing, access: issue(cronofy, 'access', standing), refresh };
}

/** Begins an authorization that has no token yet. */
export function authorize(
  { world, clock }: Cronofy,
  client: Client,
  account: Account,
  granted: { scope: string; delegatedScope: string | null },
): Authorization {
  const authorization: Authorization = {
    id: randomUUID(),
    sub: account.sub,
    clientId: client.id,
    ...granted,
    startedAt: clock.now(),
    ended: null,
    refreshes: 0,
    reuseAttempts: 0,
    rotatesNext: false,
  };
  world.addFamily(authorization);
  return authorization;
}

/** The part that every token answer has. */
export function tokenAnswer({ settings }: Cronofy, { authorization, access, refresh }: Issued): object {
  return {
    token_type: 'bearer',
    access_token: access.value,
    expires_in: settings.values.access_ttl_seconds,
    refresh_token: refresh.value,
    scope: authorization.scope,
  };
}

/** Tells which profile a consent was about. */
export function linkingProfile({ providerName, id, name }: Profile): object {
  return { provider_name: providerName, profile_id: id, profile_name: name };
}
