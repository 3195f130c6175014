import type { Provider } from '../providers/provider.ts';
import { providerNotConfigured } from './errors.ts';

/**
 * The provider of that name.
 *
 * @throws {@link KeeperError} `provider_not_configured`
 */
export function providerNamed(providers: readonly Provider[], name: string): Provider {
  const provider = providers.find((each) => each.name === name);
  if (provider === undefined) throw providerNotConfigured(name);
  return provider;
}
