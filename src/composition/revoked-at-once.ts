import type { ApiKeyStore } from '../callers/api-key.ts';
import type { Authenticator } from '../callers/authenticator.ts';

/** The same keys; one that is revoked here is refused here from now on. Other instances notice within seconds. */
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
