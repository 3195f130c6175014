import type { Secret } from '../../secret.ts';
import { defaultMinTtl, isLive } from '../credential.ts';
import type { ExchangeName } from '../exchange.ts';
import type { GrantView } from '../grant.ts';

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
  /** The credential that was current when the call began; undefined where there was none. Anything newer was obtained since. */
  readonly seen: Seen | undefined;
  /**
   * True where that one is the rejected one: whatever is newer is the provider's word on it, even the same token once more.
   * Otherwise the rejected token is none of what was obtained since, though it may come to stand there again.
   */
  readonly rejectsSeen?: boolean | undefined;
}

/** A credential by its name; without a nonce where only its number is known. */
export type Seen = Pick<ExchangeName, 'exchangeId'> & Partial<ExchangeName>;

/** The demand of a call that begins now, and finds the grant like this. */
export function standing(demand: Demand, view: GrantView | undefined): StandingDemand {
  return { ...demand, seen: view?.current, rejectsSeen: view !== undefined && wasRejected(view, demand) };
}

/**
 * True where a credential was obtained since the call began. A database that went back in time may hold the very one that was
 * seen under a higher number: an answer that was written again.
 */
export function isNewer({ exchangeId, nonce }: ExchangeName, { seen }: StandingDemand): boolean {
  return seen === undefined || (exchangeId > seen.exchangeId && nonce !== seen.nonce);
}

/** True where the current credential is what the caller asked for. */
export function satisfies(view: GrantView, demand: StandingDemand, now: number): boolean {
  const { current } = view;
  if (current === undefined || view.unsettled || !isLive(current, now)) return false;
  // A token obtained for this call is the best there is, however short the provider made its life.
  if (isNewer(current, demand)) return demand.rejectsSeen === true || !wasRejected(view, demand);
  if (demand.force === true || wasRejected(view, demand)) return false;
  return current.expiresAt - now >= (demand.minTtlMs ?? defaultMinTtl(current));
}

/** True where the current credential would do while the provider is failing: it still lives, and nobody refused it. */
export function tolerates(view: GrantView, demand: StandingDemand, now: number): boolean {
  const { current } = view;
  return current !== undefined && !view.unsettled && isLive(current, now) && !wasRejected(view, demand);
}

function wasRejected(view: GrantView, demand: Demand): boolean {
  return demand.rejected !== undefined && view.current?.accessToken().reveal() === demand.rejected.reveal();
}
