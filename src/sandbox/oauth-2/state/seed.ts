import type { WorldSnapshot } from './records.ts';

const LOOPBACK_ORIGINS = ['http://localhost:*', 'http://127.0.0.1:*'];

/**
 * The initial state: a confidential client, a public one, and one whose id and secret survive HTTP Basic only if both
 * sides encode them as RFC 6749 section 2.3.1 requires. No accounts.
 */
export function seedWorld(): WorldSnapshot {
  const client = (id: string, secret: string | null, name: string) => ({
    id,
    secret,
    name,
    redirectUris: [...LOOPBACK_ORIGINS],
  });
  return {
    clients: [
      client('sandbox-oauth2-client', 'sandbox-oauth2-secret', 'Sandbox client'),
      client('sandbox-oauth2-public-client', null, 'Sandbox client without a secret'),
      client('sandbox-oauth2:odd client', 'odd+secret:100%/ü', 'Sandbox client that must be encoded'),
    ],
    accounts: [],
    families: [],
    tokens: [],
    codes: [],
  };
}
