import type { OAuth2 } from '../oauth-2.ts';
import type { Account, Family, Token } from '../state/records.ts';
import { isLive } from '../state/world.ts';

/** The whole truth for tests: every account with its families, its live tokens, and its dead ones with why they died. */
export function describeWorld(oauth: OAuth2): object {
  const { world, clock } = oauth;
  return {
    now: iso(clock.now()),
    clients: [...world.clients.values()].map((client) => ({
      client_id: client.id,
      public: client.secret === null,
      redirect_uris: client.redirectUris,
    })),
    accounts: [...world.accounts].map((account) => describeAccount(oauth, account)),
  };
}

/** The truth about one account; its counts are the sums of its families'. */
export function describeAccount({ world, clock }: OAuth2, account: Account): object {
  const now = clock.now();
  const families = world.familiesOf(account.sub);
  const tokens = families.flatMap((family) => world.tokensOf(family));
  const live = (kind: Token['kind'], among = tokens): string[] =>
    among.filter((token) => token.kind === kind && isLive(token, now)).map(({ value }) => value);
  return {
    sub: account.sub,
    email: account.email,
    name: account.name,
    refreshes: families.reduce((sum, family) => sum + family.refreshes, 0),
    reuse_attempts: families.reduce((sum, family) => sum + family.reuseAttempts, 0),
    live_access_tokens: live('access'),
    live_refresh_tokens: live('refresh'),
    dead_tokens: tokens.filter((token) => !isLive(token, now)).map(describeDead),
    families: families.map((family) => ({
      ...describeFamily(family),
      live_access_tokens: live('access', tokensIn(family, tokens)),
      live_refresh_tokens: live('refresh', tokensIn(family, tokens)),
    })),
  };
}

function tokensIn(family: Family, tokens: readonly Token[]): Token[] {
  return tokens.filter((token) => token.family === family.id);
}

function describeFamily(family: Family): object {
  return {
    id: family.id,
    client_id: family.clientId,
    scope: family.scope,
    started_at: iso(family.startedAt),
    ended: family.ended,
    refreshes: family.refreshes,
    reuse_attempts: family.reuseAttempts,
  };
}

function describeDead(token: Token): object {
  // Without an ending it is its time that is over, so it had one.
  const { why, at } = token.ended ?? { why: 'expired', at: token.expiresAt ?? 0 };
  return { token: token.value, kind: token.kind, family: token.family, why, died_at: iso(at) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
