import type { ProviderVariable } from '../providers/families.ts';
import type { Parser, SettingsReader } from '../providers/family.ts';
import { parseClientId, parseClientSecret, parseScopes } from './values.ts';
import type { Environment } from './env.ts';
import { readDefinitions } from './providers-file/definitions.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { parseSecureUrl } from './urls.ts';

/**
 * Adapts `settings` to the interface that provider families read.
 *
 * @param environment holds the secrets that a providers file refers to
 */
export function familySettings(settings: Settings, environment: Environment): SettingsReader<ProviderVariable> {
  return {
    parsers: {
      clientId: parseClientId,
      clientSecret: parseClientSecret,
      secureUrl: parseSecureUrl,
      scopes: parseScopes,
    },
    has: (variable) => settings.has(variable),
    read: (variable, parse) => settings.read(variable, refusing(parse)),
    decide: (variable, parse) => settings.decide(variable, refusing(parse)),
    requireBoth: (one, other, where) => {
      settings.requireBoth(one, other, where);
    },
    refuse: (variable, problem, accepted) => {
      settings.refuse(variable, problem, accepted);
    },
    readDefinitions: (variable) => readDefinitions(settings, variable, environment),
  };
}

function refusing<T>(parse: Parser<T>): (text: string) => T {
  return (text) => parse(text, (problem, accepted) => new Refusal(problem, accepted));
}
