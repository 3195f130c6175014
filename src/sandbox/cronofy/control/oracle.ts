import type { Cronofy } from '../cronofy.ts';
import type { Account, Authorization, Profile, Token } from '../state/records.ts';
import { isLive } from '../state/world.ts';

/** The whole truth for tests: every account with its authorizations, its live tokens, and its dead ones with why. */
export function describeWorld(cronofy: Cronofy): object {
  const { world, clock } = cronofy;
  return {
    now: iso(clock.now()),
    clients: [...world.clients.values()].map(({ id, name }) => ({ client_id: id, name })),
    accounts: [...world.accounts].map((account) => describeAccount(cronofy, account)),
    element_tokens: world.elementTokens.map(({ value, clientId, permissions, subs, origin, expiresAt }) => ({
      token: value,
      client_id: clientId,
      permissions,
      subs,
      origin,
      expires_at: iso(expiresAt),
    })),
  };
}

/** The truth about one account; its counts are the sums of its authorizations'. */
export function describeAccount({ world, clock }: Cronofy, account: Account): object {
  const now = clock.now();
  const authorizations = world.authorizationsOf(account.sub);
  const tokens = authorizations.flatMap((authorization) => world.tokensOf(authorization));
  const live = (kind: Token['kind'], among: readonly Token[] = tokens): string[] =>
    among.filter((token) => token.kind === kind && isLive(token, now)).map(({ value }) => value);
  return {
    sub: account.sub,
    email: account.email,
    name: account.name,
    application_calendar_id: account.applicationCalendar?.id ?? null,
    profiles: world.profilesOf(account).map(describeLinked),
    refreshes: authorizations.reduce((sum, { refreshes }) => sum + refreshes, 0),
    reuse_attempts: authorizations.reduce((sum, { reuseAttempts }) => sum + reuseAttempts, 0),
    live_access_tokens: live('access'),
    live_refresh_tokens: live('refresh'),
    dead_tokens: tokens.filter((token) => !isLive(token, now)).map(describeDead),
    authorizations: authorizations.map((authorization) => ({
      ...describeAuthorization(authorization),
      live_access_tokens: live('access', world.tokensOf(authorization)),
      live_refresh_tokens: live('refresh', world.tokensOf(authorization)),
    })),
  };
}

function describeLinked({ id, name, providerName, connected }: Profile): object {
  return { profile_id: id, profile_name: name, provider_name: providerName, connected };
}

function describeAuthorization(authorization: Authorization): object {
  return {
    id: authorization.id,
    client_id: authorization.clientId,
    scope: authorization.scope,
    started_at: iso(authorization.startedAt),
    ended: authorization.ended,
    refreshes: authorization.refreshes,
    reuse_attempts: authorization.reuseAttempts,
  };
}

function describeDead(token: Token): object {
  // Without an ending it is its time that is over, so it had one.
  const { why, at } = token.ended ?? { why: 'expired', at: token.expiresAt ?? 0 };
  return { token: token.value, kind: token.kind, authorization: token.authorization, why, died_at: iso(at) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
