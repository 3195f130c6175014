import type { OAuthSnapshot, ThirdPartyClient } from './oauth-records.ts';
import { LEGACY_SCOPES, SCOPES } from '../oauth/scopes.ts';

/** The owner of the clients below, who is not an account that consents in tests. */
const OWNER_ID = 2;

function client(id: string, name: string, more: Partial<ThirdPartyClient> = {}): ThirdPartyClient {
  return {
    id: `sandbox-cal-oauth-${id}`,
    secret: `sandbox-cal-oauth-${id}-secret`,
    name,
    status: 'approved',
    ownerId: OWNER_ID,
    redirectUris: ['http://localhost:*', 'http://127.0.0.1:*'],
    scopes: [...SCOPES, ...LEGACY_SCOPES],
    ...more,
  };
}

/**
 * The initial clients: a confidential one, a public one, one from before scopes were enforced, one pending approval and
 * one rejected.
 */
export function seedOAuth(): OAuthSnapshot {
  return {
    clients: [
      client('client', 'Sandbox app', { secret: 'sandbox-cal-oauth-secret' }),
      client('public', 'Sandbox app without a secret', { secret: null }),
      client('legacy', 'Sandbox app of old', { scopes: [...LEGACY_SCOPES] }),
      client('pending', 'Sandbox app that waits for approval', { status: 'pending' }),
      client('rejected', 'Sandbox app that was rejected', { status: 'rejected' }),
    ],
    codes: [],
  };
}
