import type { Secret } from '../secret.ts';
import { defaultMinTtl, isLive } from './credential.ts';
import type { GrantView } from './grant.ts';

/** What a caller needs of a token. */
export interface Demand {
  /** Least remaining life in milliseconds; undefined for the default. */
  readonly minTtlMs?: number | undefined;
  /** Only a token obtained after this call began. */
  readonly force?: boolean | undefined;
  /** An access token that the API refused: any other will do. */
  readonly rejected?: Secret | undefined;
}

/** A demand as it stands once the grant was first read for it. */
export interface StandingDemand extends Demand {
  /** The current credential's exchange when the call began; 0 where there was none. Anything newer was obtained since. */
  readonly seen: number;
}

/** True where the current credential is what the caller asked for. */
export function satisfies(view: GrantView, demand: StandingDemand, now: number): boolean {
  const { current } = view;
  if (current === undefined || view.unsettled || !isLive(current, now)) return false;
  // A token obtained for this call is the best there is, however short the provider made its life.
  if (current.exchangeId > demand.seen) return true;
  if (demand.force === true || wasRejected(view, demand)) return false;
  return current.expiresAt - now >= (demand.minTtlMs ?? defaultMinTtl(current));
}

/** True where the current credential would do while the provider is failing: it still lives, and nobody refused it. */
export function tolerates(view: GrantView, demand: StandingDemand, now: number): boolean {
  const { current } = view;
  return current !== undefined && !view.unsettled && isLive(current, now) && !wasRejected(view, demand);
}

function wasRejected(view: GrantView, demand: StandingDemand): boolean {
  return demand.rejected !== undefined && view.current?.accessToken().reveal() === demand.rejected.reveal();
}
