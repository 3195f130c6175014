import type { CalCom } from '../cal-com.ts';
import type { Token } from '../state/records.ts';

function status(token: Token, now: number): string {
  return token.fate === 'live' && token.expiresAt <= now ? 'expired' : token.fate;
}

/** The complete state for tests: every account, and every token ever issued with its fate. */
export function describeWorld({ world, clock }: CalCom): object {
  const now = clock.now();
  return {
    now: new Date(now).toISOString(),
    clients: [...world.clients.values()].map((client) => ({
      client_id: client.id,
      organization_id: client.organizationId,
      redirect_uris: client.redirectUris,
    })),
    oauth_clients: [...world.thirdPartyClients.values()].map((client) => ({
      client_id: client.id,
      public: client.secret === null,
      status: client.status,
      scopes: client.scopes,
      redirect_uris: client.redirectUris,
    })),
    accounts: [...world.users].map((user) => ({
      id: user.id,
      client_id: user.clientId,
      email: user.email,
      username: user.username,
      name: user.name,
      time_zone: user.timeZone,
      metadata: user.metadata,
    })),
    tokens: [...world.tokens].map((token) => ({
      token: token.value,
      kind: token.kind,
      user_id: token.userId,
      client_id: token.clientId,
      status: status(token, now),
      issued_by: token.issuedBy,
      family: token.family,
      issued_at: new Date(token.issuedAt).toISOString(),
      expires_at: new Date(token.expiresAt).toISOString(),
      scopes: token.scopes,
    })),
  };
}
