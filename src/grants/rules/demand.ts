import type { Secret } from '../../secret.ts';
import { defaultMinTtl, isLive } from '../credential.ts';
import type { ExchangeName } from '../exchange.ts';
import type { GrantView } from '../grant.ts';

/** What a caller requires of a token. */
export interface Demand {
  /** Minimum remaining lifetime in milliseconds; undefined for the default. */
  readonly minTtlMs?: number | undefined;
  /** Accept only a token obtained after this call began. */
  readonly force?: boolean | undefined;
  /** An access token that the API refused: any other one will do. */
  readonly rejected?: Secret | undefined;
}

/** A demand, with what the first read of the grant showed. */
export interface StandingDemand extends Demand {
  /**
   * The credential that was current when the call began; undefined if there was none. Anything newer was obtained
   * since.
   */
  readonly seen: Seen | undefined;
  /**
   * True if the current credential was the rejected one. Anything newer is then the provider's reply to the rejection,
   * even the same token again. Otherwise the rejected token is none of those obtained since, though it may become
   * current again.
   */
  readonly rejectsSeen?: boolean | undefined;
}

/** The name of a credential; without a nonce if only its number is known. */
export type Seen = Pick<ExchangeName, 'exchangeId'> & Partial<ExchangeName>;

/** The demand of a call that starts now and sees this view of the grant. */
export function standing(demand: Demand, view: GrantView | undefined): StandingDemand {
  return { ...demand, seen: view?.current, rejectsSeen: view !== undefined && wasRejected(view, demand) };
}

/**
 * Whether a credential was obtained since the call began. A database that went back in time may hold the same
 * credential under a higher number: an answer that was written again.
 */
export function isNewer({ exchangeId, nonce }: ExchangeName, { seen }: StandingDemand): boolean {
  return seen === undefined || (exchangeId > seen.exchangeId && nonce !== seen.nonce);
}

/**
 * Whether the current credential satisfies the caller.
 *
 * @param now epoch milliseconds
 */
export function satisfies(view: GrantView, demand: StandingDemand, now: number): boolean {
  const { current } = view;
  if (current === undefined || view.unsettled || !isLive(current, now)) return false;
  // A token obtained for this call is the best available, however short its lifetime.
  if (isNewer(current, demand)) return demand.rejectsSeen === true || !wasRejected(view, demand);
  if (demand.force === true || wasRejected(view, demand)) return false;
  return current.expiresAt - now >= (demand.minTtlMs ?? defaultMinTtl(current));
}

/**
 * Whether the current credential will do while the provider is failing: it is still live and has not been rejected.
 *
 * @param now epoch milliseconds
 */
export function tolerates(view: GrantView, demand: StandingDemand, now: number): boolean {
  const { current } = view;
  return current !== undefined && !view.unsettled && isLive(current, now) && !wasRejected(view, demand);
}

function wasRejected(view: GrantView, demand: Demand): boolean {
  return demand.rejected !== undefined && view.current?.accessToken().reveal() === demand.rejected.reveal();
}
