import type { Credential } from '../credential.ts';
import { satisfies, tolerates, type StandingDemand } from '../rules/demand.ts';
import type { KeeperError } from '../errors.ts';
import type { GrantView } from '../grant.ts';

/** A grant with a credential that could be handed out. */
export interface ServableView extends GrantView {
  readonly current: Credential;
}

/** Whether there is a credential that could be handed out. */
export function isServable(view: GrantView | undefined): view is ServableView {
  return view?.current !== undefined;
}

/**
 * The view whose credential to answer with; undefined if another caller's renewal ended without satisfying this one.
 *
 * @param failure why the grant was not renewed, thrown if its credential won't do
 * @param now epoch milliseconds
 */
export function servable(
  view: GrantView | undefined,
  failure: KeeperError | undefined,
  demand: StandingDemand,
  now: number,
): ServableView | undefined {
  if (isServable(view) && satisfies(view, demand, now)) return view;
  if (failure === undefined) return undefined;
  if (isServable(view) && tolerates(view, demand, now)) return view;
  throw failure;
}
