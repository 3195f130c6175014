import { NEVER } from '../../grants/credential.ts';
import type { ExchangeKind, ExchangeName } from '../../grants/exchange.ts';
import type { Obtained } from '../../providers/provider.ts';
import type { ObtainedFacts } from './obtained-facts.ts';

/** What else a new credential changes. */
export interface Consequences {
  /** The credential that was exchanged for it. */
  readonly ends: ExchangeName | undefined;
  /** True where all older tokens have ended upstream, or are left behind. */
  readonly supersedes: boolean;
  /**
   * True where the grant's row must change: for its first credential, because its exchanges succeed again, or because
   * forgetting waits for a credential.
   */
  readonly settles: boolean;
  /** The event to write; an ordinary refresh has none, only its exchange. */
  readonly event: 'grant.created' | 'grant.recovered' | undefined;
}

/** The events that a grant gets over with its next credential. */
const TROUBLE: readonly ObtainedFacts['last_event'][] = ['grant.reconnect_required', 'grant.answer_unreadable'];

/** Decides what follows from a new credential; a pure function of the facts. */
export function whatFollows(
  { kind, presented }: { readonly kind: ExchangeKind; readonly presented: ExchangeName | undefined },
  facts: Pick<ObtainedFacts, 'integrated_at' | 'failing' | 'revisited' | 'last_event'>,
): Consequences {
  const isRepair = kind === 'recover' || kind === 'provision';
  const isFirst = facts.integrated_at === null;
  const isRecovery = !isFirst && (isRepair || TROUBLE.includes(facts.last_event));
  return {
    ends: presented,
    supersedes: isRepair,
    settles: isFirst || facts.failing === 1 || facts.revisited === 1,
    event: isFirst ? 'grant.created' : isRecovery ? 'grant.recovered' : undefined,
  };
}

/**
 * When the access token expires, in epoch milliseconds. A guess counts only where something can renew the token: nothing
 * but a report ends one that would be lost with it.
 *
 * @param isUnrenewable whether nothing but the user can give another
 */
export function expiryInForce({ expiresAt, isExpiryGuessed }: Obtained['tokens'], isUnrenewable: boolean): number {
  return isUnrenewable && isExpiryGuessed === true ? NEVER : expiresAt;
}
