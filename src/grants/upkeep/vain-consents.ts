import type { Obtained, Provider, Revoked } from '../../providers/provider.ts';
import { backoffMs } from '../rules/backoff.ts';
import { afterNotRevoked } from '../rules/revocation-tries.ts';
import type { Clock, Random } from '../clock.ts';
import type { ExchangeBounds } from '../exchange.ts';
import type { LinkStore, VainConsent, VainConsentStore } from '../storage/link-store.ts';
import type { GrantObserver } from '../observer.ts';
import { withLease } from '../keeper/with-lease.ts';

/** The dependencies of {@link VainConsents}. */
export interface VainConsentsOptions {
  readonly store: VainConsentStore;
  readonly links: LinkStore;
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly random: Random;
  readonly bounds: ExchangeBounds;
  readonly observer: Pick<GrantObserver, 'failed'>;
}

/** The limit per provider and round: a periodic task must not cause a burst. */
const MOST_AT_ONCE = 20;

/**
 * Ends consents that were never used: an account was chosen but not linked, or a completion was interrupted and never
 * retried. Their tokens are revoked before they are deleted, and the provider is asked until it has done so or refused
 * often enough. They are not revoked if a subject is connected to the same account, because at some providers that would end its tokens as
 * well.
 */
export class VainConsents {
  readonly #options: VainConsentsOptions;

  constructor(options: VainConsentsOptions) {
    this.#options = options;
  }

  /**
   * Revokes what is due.
   *
   * @throws the store's error
   */
  async round(): Promise<void> {
    await this.#options.store.forgetExpired();
    await Promise.all(this.#options.providers.map((provider) => this.#roundOf(provider)));
  }

  async #roundOf(provider: Provider): Promise<void> {
    if (provider.authorization === undefined) return;
    for (let left = MOST_AT_ONCE; left > 0; left -= 1) {
      const consent = await this.#options.store.takeVain(provider.realm);
      if (consent === undefined) return;
      await withLease(
        this.#options,
        () => this.#options.links.renew(consent.link),
        () => this.#end(provider, consent),
      );
    }
  }

  async #end(provider: Provider, consent: VainConsent): Promise<void> {
    const { store, clock, random, observer } = this.#options;
    const { link } = consent;
    const verdict = await this.#ended(provider, consent);
    if (verdict === 'over' || (verdict !== 'later' && verdict.kind === 'revoked')) {
      await store.erase(link);
      return;
    }
    const failures = consent.failures + 1;
    if (verdict === 'later') {
      await store.putOff(link, failures, clock.now() + backoffMs(failures, undefined, random));
      return;
    }
    const { retryInMs, tries } = afterNotRevoked(verdict, failures, random);
    const what = `a consent at ${provider.name} that came to nothing was not revoked, ${tries}`;
    const cause = new Error(verdict.detail);
    if (retryInMs === undefined) {
      observer.failed(`${what}: its tokens are erased here and may live on there`, cause);
      await store.erase(link);
      return;
    }
    observer.failed(what, cause);
    await store.putOff(link, failures, clock.now() + retryInMs);
  }

  /** `over` if nothing is left to do at the provider, or nothing can be done. */
  async #ended(
    provider: Provider,
    { link, answer, accountId: known }: VainConsent,
  ): Promise<Revoked | 'over' | 'later'> {
    if (provider.revoke === undefined) return 'over';
    const accountId = known ?? (await toAccount(provider, answer));
    if (typeof accountId === 'object') return accountId;
    if (accountId === undefined) {
      const cause = new Error(
        'The provider no longer says whose it is, so revoking it might end the tokens of others.',
      );
      this.#options.observer.failed(`a consent at ${provider.name} that came to nothing is left unrevoked`, cause);
      return 'over';
    }
    const may = await this.#options.store.mayRevoke(link, accountId);
    if (may === 'later') return 'later';
    return may === 'no' ? 'over' : provider.revoke(revocable(answer));
  }
}

/** The account's id; undefined if the provider does not say whose token it is, and why it can't be known yet. */
async function toAccount(
  { authorization }: Provider,
  { profile, tokens }: Obtained,
): Promise<string | Extract<Revoked, { kind: 'unreachable' | 'refused' }> | undefined> {
  if (profile !== undefined) return profile.accountId;
  const found = await authorization?.identify(tokens.accessToken);
  if (found?.kind === 'known') return found.accountId;
  return found?.kind === 'unreachable' ? { kind: 'unreachable', detail: found.detail } : undefined;
}

function revocable({ tokens }: Obtained) {
  return { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken };
}
