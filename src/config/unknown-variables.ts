import type { Environment } from './env.ts';
import { CONFIG_VARIABLES } from './variables.ts';

const OURS = /^(?:EVERGRANT|CAL_COM|CRONOFY)_/;
/** Read by the tests, never by the service. */
const FOR_TESTS = /^EVERGRANT_TEST_/;
const MOST_TYPING_ERRORS = 4;

/** Warns of variables that look like ours and aren't, most often because of a typing error. */
export function warnOfUnknown(environment: Environment): string[] {
  const known = CONFIG_VARIABLES.map(({ name }): string => name);
  return Object.keys(environment)
    .filter((name) => OURS.test(name) && !FOR_TESTS.test(name) && !known.includes(name))
    .sort()
    .map((name) => {
      const nearest = nearestOf(name, known);
      const advice = nearest === undefined ? 'evergrant --help lists those that are' : `did you mean ${nearest}?`;
      return `${name} is not a variable of this version and is ignored: ${advice}`;
    });
}

function nearestOf(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  return ranked.find(({ distance }) => distance <= MOST_TYPING_ERRORS)?.candidate;
}

/** Levenshtein's: how many letters to insert, delete or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (from[index] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
