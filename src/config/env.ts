import { CLIENT_VARIABLES } from '../providers/families.ts';
import { CONFIG_VARIABLES, type VariableName } from './variables.ts';

/** An environment, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The known variables as they stand, before anything is judged. */
export type Values = Readonly<Partial<Record<VariableName, string>>>;

/** A space at its end may be a part of it, for the issuer as well. */
const VERBATIM: VariableName = 'EVERGRANT_JWT_SECRET';

/**
 * Reads the known variables. An empty one counts as unset; `defaults` go before the defaults of the table. Half of one client
 * is never completed with the default half of another.
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
