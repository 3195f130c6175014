import type { Provider } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import { isBackingOff } from './backoff.ts';
import { isLive, type Credential } from '../credential.ts';
import { isNewer, satisfies, type StandingDemand } from './demand.ts';
import type { RecoveryPath } from '../events.ts';
import type { ExchangeStatus, GrantView } from '../grant.ts';

/** The next step for a grant, decided from facts alone. */
export type Step =
  | { readonly do: 'serve' }
  | { readonly do: 'wait' }
  | { readonly do: 'back_off' }
  | { readonly do: 'give_up'; readonly because: 'expired_on_arrival' | 'too_many_renewals' | 'reconnect_required' }
  | { readonly do: 'refresh'; readonly presented: Credential; readonly refreshToken: Secret }
  | { readonly do: 'recover'; readonly accountId: string }
  | { readonly do: 'provision' };

/** The facts about a grant, read at one moment. */
export interface Facts {
  readonly view: GrantView;
  readonly claims: ExchangeStatus;
  /**
   * The credential that may be presented once more when nothing is left; undefined if the provider has no grace period.
   */
  readonly lastExchanged: Credential | undefined;
}

/** The number of exchanges per minute that callers may cause for one grant while nothing needs repair. */
const MOST_RENEWALS_A_MINUTE = 60;

/**
 * The protocol in one function. It considers, in this order: what is already there, what another process is doing, how
 * long the provider asked us to wait, and then the least harmful exchange that can help. A refresh harms nothing, a
 * recovery ends all other tokens of the account, and a new account abandons the old one.
 *
 * @param now epoch milliseconds
 */
export function nextStep(provider: Provider, facts: Facts, demand: StandingDemand, now: number): Step {
  const { view, claims, lastExchanged } = facts;
  const { current, accountId, backoff } = view;
  if (satisfies(view, demand, now)) return { do: 'serve' };
  if (claims.held) return { do: 'wait' };
  if (backoff !== undefined && isBackingOff(backoff, now)) return { do: 'back_off' };
  if (current !== undefined && isNewer(current, demand) && !isLive(current, now)) {
    return { do: 'give_up', because: 'expired_on_arrival' };
  }
  // Callers cause renewals of live tokens and attempts to create an account. Everything else is repair.
  const isWanted = current === undefined ? view.integratedAt === undefined : isLive(current, now);
  if (isWanted && claims.recentExchanges >= MOST_RENEWALS_A_MINUTE) {
    return { do: 'give_up', because: 'too_many_renewals' };
  }
  const refreshToken = view.unsettled ? undefined : current?.refreshToken();
  if (current !== undefined && refreshToken !== undefined) {
    // Another holder may still return with the answer. Asking twice would cost it that answer's tokens, and us all
    // others.
    const isQuarantined = provider.onReuse === 'revoke_family' && claims.isUnresolved;
    return isQuarantined ? { do: 'wait' } : { do: 'refresh', presented: current, refreshToken };
  }
  if (provider.recover !== undefined && accountId !== undefined) {
    // Another exchange in flight might take effect after this one, and nobody could tell which tokens were still valid.
    return claims.isUnresolved ? { do: 'wait' } : { do: 'recover', accountId };
  }
  if (provider.provision !== undefined) {
    const isQuarantined = provider.provisionsAgain === true && claims.isUnresolved;
    return isQuarantined ? { do: 'wait' } : { do: 'provision' };
  }
  if (claims.isUnresolved) return { do: 'wait' };
  const replayed = lastExchanged?.refreshToken();
  if (current === undefined && lastExchanged !== undefined && replayed !== undefined) {
    return { do: 'refresh', presented: lastExchanged, refreshToken: replayed };
  }
  return { do: 'give_up', because: 'reconnect_required' };
}

/** How a grant that has lost its last credential can be repaired with this provider. */
export function recoveryPath(provider: Provider): RecoveryPath {
  if (provider.recover !== undefined || provider.provision !== undefined) return 'self';
  return provider.onReuse === 'grace' ? 'replay' : 'none';
}
