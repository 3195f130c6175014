import { CLIENT_VARIABLES } from '../providers/families.ts';
import { CONFIG_VARIABLES, type VariableName } from './variables.ts';

/** An environment, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The known variables as set, before validation. */
export type Values = Readonly<Partial<Record<VariableName, string>>>;

/** Trailing whitespace may be part of the secret, and the issuer may have signed with it. */
const VERBATIM: VariableName = 'EVERGRANT_JWT_SECRET';

/**
 * Reads the known variables. An empty variable counts as unset. `defaults` take precedence over the defaults in the
 * table. Setting any variable of a client drops the `defaults` of that client, so that halves of two clients are never
 * mixed.
 */
export function readEnv(environment: Environment, defaults: Values = {}): Values {
  const given = present(environment);
  const isGiven = (name: string) => Object.hasOwn(given, name);
  const taken = CLIENT_VARIABLES.filter((client) => client.some(isGiven)).flat();
  const fallback = without(defaults, taken);
  return { ...present(tableDefaults()), ...present(fallback), ...given };
}

function present(environment: Environment): Values {
  const values: Partial<Record<VariableName, string>> = {};
  for (const { name } of CONFIG_VARIABLES) {
    const text = environment[name];
    if (text === undefined || text.trim() === '') continue;
    values[name] = name === VERBATIM ? text : text.trim();
  }
  return values;
}

function tableDefaults(): Environment {
  return Object.fromEntries(CONFIG_VARIABLES.map((variable) => [variable.name, variable.default]));
}

function without(values: Values, names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}
