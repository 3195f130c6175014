import { VARIABLE_PREFIXES } from '../providers/families.ts';
import type { Environment } from './env.ts';
import { nearestOf } from '../nearest.ts';
import { CONFIG_VARIABLES } from './variables.ts';

const OURS = ['EVERGRANT_', ...VARIABLE_PREFIXES];
/** Read by tests only, never by the service. */
const FOR_TESTS = /^EVERGRANT_TEST_/;

/** Warns about variables that look like ours but are unknown, most often because of a typing error. */
export function warnOfUnknown(environment: Environment): string[] {
  const known = CONFIG_VARIABLES.map(({ name }): string => name);
  return Object.keys(environment)
    .filter((name) => OURS.some((prefix) => name.startsWith(prefix)) && !FOR_TESTS.test(name) && !known.includes(name))
    .sort()
    .map((name) => {
      const nearest = nearestOf(name, known);
      const advice = nearest === undefined ? 'evergrant serve --help lists those that are' : `did you mean ${nearest}?`;
      return `${name} is not a variable of this version and is ignored: ${advice}`;
    });
}
