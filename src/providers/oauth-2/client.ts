import type { KeyObject } from 'node:crypto';
import { clientAssertion } from '../../oauth/client-assertion.ts';
import { signingAlgorithms } from './client-key.ts';
import type { ClientAuthentication } from '../../oauth/token-request.ts';
import type { Secret } from '../../secret.ts';
import { hasSecret, type OAuth2Definition } from './definition.ts';

/** What a client authenticates with; which of these it needs depends on its method. */
export interface ClientCredentials {
  readonly clientSecret: Secret | undefined;
  readonly clientKey?: KeyObject | undefined;
}

/**
 * Prepares the authentication of our client.
 *
 * @returns its authentication for one call to `url`; rejects if the key cannot sign
 * @throws Error if the method needs a secret or a key that is not there
 */
export function authenticatingClient(
  { name, clientAuth: method, clientId, clientKey: usage = {} }: OAuth2Definition,
  { clientSecret, clientKey: key }: ClientCredentials,
  now: () => number,
): (url: string) => Promise<ClientAuthentication> | ClientAuthentication {
  if (hasSecret(method)) {
    if (clientSecret !== undefined) return () => ({ method, clientSecret });
    throw new Error(`The provider ${name} needs a client secret. Configure one, or define its client as public.`);
  }
  if (method !== 'private_key_jwt') return () => ({ method });
  if (key === undefined) throw new Error(`The provider ${name} needs a client key. Configure one.`);
  const { alg = signingAlgorithms(key)[0] ?? '', kid, audience } = usage;
  return async (url) => {
    const client = { clientId, key, alg, kid, audience: audience ?? url };
    return { method, assertion: await clientAssertion(client, now()) };
  };
}
