import type { ApiKeyStore } from '../callers/api-key.ts';
import type { Authenticator } from '../callers/authenticator.ts';

/** The same key store; a key revoked through it is refused here at once. Other instances notice within 5 seconds. */
export function revokedAtOnce(apiKeys: ApiKeyStore, authenticator: Authenticator): ApiKeyStore {
  return {
    find: (id) => apiKeys.find(id),
    add: (record) => apiKeys.add(record),
    list: () => apiKeys.list(),
    revoke: async (id, at) => {
      const revoked = await apiKeys.revoke(id, at);
      authenticator.forget(id);
      return revoked;
    },
  };
}
