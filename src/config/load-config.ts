import { isAnyLinkable, readProviderSettings } from '../providers/families.ts';
import { type Config, decideConfig } from './config.ts';
import { type Environment, type Values, readEnv } from './env.ts';
import { familySettings } from './family-settings.ts';
import { decideOutgoing } from './outgoing.ts';
import { type Secrets, decideSecrets } from './secrets.ts';
import { Settings } from './settings.ts';
import { warnOfUnknown } from './unknown-variables.ts';

/** A validated configuration with its secrets and warnings. */
export interface LoadedConfig {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Complete sentences to show the operator about unusual but valid settings. */
  readonly warnings: readonly string[];
}

/**
 * Loads and validates the configuration. `defaults` take precedence over the built-in ones.
 *
 * @throws ConfigError listing every problem
 */
export function loadConfig(environment: Environment, defaults?: Values): LoadedConfig {
  const settings = new Settings(readEnv(environment, defaults));
  const decided = decideConfig(settings);
  const providers = readProviderSettings(familySettings(settings, environment));
  const config = { ...decided, providers, outgoing: decideOutgoing(settings, environment) };
  const secrets = decideSecrets(settings);
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    settings.refuse(
      'NODE_TLS_REJECT_UNAUTHORIZED',
      'is 0, so anybody on the way could pose as Cal.com and collect tokens',
      'Unset it. To trust a certificate authority of your own, name its file in NODE_EXTRA_CA_CERTS.',
    );
  }
  if (isAnyLinkable(providers) && config.returnUrls.length === 0) {
    settings.warnings.push(
      'EVERGRANT_RETURN_URLS is not set, so nobody can link an account: name the pages of the app to come back to.',
    );
  }
  settings.finish();
  return { config, secrets, warnings: [...settings.warnings, ...warnOfUnknown(environment)] };
}
