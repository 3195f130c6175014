import { randomBytes, randomUUID } from 'node:crypto';
import type { Cronofy } from '../cronofy.ts';
import type { Account, Authorization, Client, Profile, Token } from '../state/records.ts';

/** A value in the form of Cronofy's tokens: 32 random ASCII characters. */
export function newTokenValue(): string {
  return randomBytes(24).toString('base64url');
}

/** The tokens of one exchange. */
export interface Issued {
  authorization: Authorization;
  access: Token;
  /** The refresh token that is valid from now on. */
  refresh: Token;
}

/** Issues one token; a refresh token does not expire. */
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
 * Issues the tokens of a person's consent. An account that consented to this client before keeps its authorization, so
 * that everybody who links it shares one refresh token.
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

/** Creates an authorization without tokens. */
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

/** The members that all token responses have. */
export function tokenAnswer({ settings }: Cronofy, { authorization, access, refresh }: Issued): object {
  return {
    token_type: 'bearer',
    access_token: access.value,
    expires_in: settings.values.access_ttl_seconds,
    refresh_token: refresh.value,
    scope: authorization.scope,
  };
}

/** Describes the profile that a consent was about. */
export function linkingProfile({ providerName, id, name }: Profile): object {
  return { provider_name: providerName, profile_id: id, profile_name: name };
}
