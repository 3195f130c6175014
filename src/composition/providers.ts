import type { Config } from '../config/index.ts';
import { buildProviders } from '../providers/families.ts';
import type { Provider } from '../providers/provider.ts';
import type { Vault } from '../stores/vault/vault.ts';
import { outgoingOf } from './outgoing.ts';
import { systemClock } from './system-clock.ts';

/** What the providers of a configuration are made of. */
export interface OpenProvidersOptions {
  readonly config: Config;
  readonly vault: Vault;
}

/** Every provider that the configuration names. */
export function openProviders({ config, vault }: OpenProvidersOptions): Promise<readonly Provider[]> {
  return buildProviders(config.providers, {
    upstreamTimeoutMs: config.upstreamTimeoutMs,
    now: () => systemClock.now(),
    outgoing: outgoingOf(config),
    subjectProofs: (subject) => vault.subjectProofs(subject),
  });
}
