import type { ClientCheck, ExchangeResult } from '../../providers/provider.ts';

/** A grant whose exchange was refused for our client's sake, and when, in monotonic milliseconds. */
export interface ClientRefusal {
  readonly grantId: string;
  readonly at: number;
}

/** Answers that a provider gives only to a client that it accepts, once it has processed the request. */
export const SHOWS_CLIENT_ACCEPTED: readonly ExchangeResult['kind'][] = [
  'obtained',
  'rejected',
  'account_gone',
  'account_exists',
  'account_taken',
  'input_refused',
];

/** So many different grants must be refused within the window, with nothing in between that shows the client accepted. */
const GRANTS = 3;
const WINDOW_MS = 60_000;

/**
 * The refusals that count once another one has come: one of each grant, none older than a minute.
 *
 * @param before those that counted until then
 */
export function withRefusal(before: readonly ClientRefusal[], refusal: ClientRefusal): readonly ClientRefusal[] {
  const { grantId, at } = refusal;
  return [...before.filter((each) => each.grantId !== grantId && at - each.at < WINDOW_MS), refusal];
}

/**
 * Whether the client itself is at fault, so that no grant need be tried. One grant alone may be refused in the same
 * words, for instance because its user's organization has not approved our client: that must not stop the others.
 *
 * @param refusals those that count now
 * @param verdict what the provider says of our client when it is asked about nothing else; undefined if it was not asked
 */
export function isClientAtFault(
  refusals: readonly ClientRefusal[],
  verdict: ClientCheck['verdict'] | undefined,
): boolean {
  if (verdict === 'refused') return true;
  return verdict !== 'accepted' && refusals.length >= GRANTS;
}
