import type { Revoked } from '../../providers/provider.ts';
import { backoffMs } from './backoff.ts';
import type { Random } from '../clock.ts';

/** A revocation that the provider has not done. */
export type NotRevoked = Exclude<Revoked, { readonly kind: 'revoked' }>;

/**
 * How often a provider is asked at most: one that refuses will hardly change its mind; one that does not answer gets
 * about a day, at a try a minute.
 */
const MOST_TRIES: Readonly<Record<NotRevoked['kind'], number>> = { refused: 3, unreachable: 1_500 };
/** A refusal is asked about again at the pace of a fifth failure, which gives an operator or a deployment some time. */
const REFUSED_LATER = 4;

/**
 * What follows from a revocation that was not done.
 *
 * @param failures how often it has failed, this time included
 * @returns `retryInMs`, in how many milliseconds to ask again, undefined to give up; `tries`, in words for the log
 */
export function afterNotRevoked(
  { kind, retryAfterMs }: NotRevoked,
  failures: number,
  random: Random,
): { readonly retryInMs: number | undefined; readonly tries: string } {
  const most = MOST_TRIES[kind];
  const pace = kind === 'refused' ? failures + REFUSED_LATER : failures;
  const retryInMs = failures >= most ? undefined : backoffMs(pace, retryAfterMs, random);
  return { retryInMs, tries: `try ${failures} of ${Math.max(most, failures)}` };
}
