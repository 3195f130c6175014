import { KINDS } from './population.ts';

/** The id of a grant in use by its number from 1, as the databases reckon it in filling. */
export function idOfLive(n: number): string {
  const head = (BigInt(n) * 2654435761n) & 4294967295n;
  return `${head.toString(16).padStart(8, '0')}-${KINDS.live}000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}
