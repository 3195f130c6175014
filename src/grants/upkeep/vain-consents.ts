import type { Obtained, Provider } from '../../providers/provider.ts';
import { backoffMs } from '../rules/backoff.ts';
import type { Clock, Random } from '../clock.ts';
import type { ExchangeBounds } from '../exchange.ts';
import type { LinkStore, VainConsent, VainConsentStore } from '../storage/link-store.ts';
import type { GrantObserver } from '../observer.ts';
import { withLease } from '../keeper/with-lease.ts';

/** What revoking consents that came to nothing is made of. */
export interface VainConsentsOptions {
  readonly store: VainConsentStore;
  readonly links: LinkStore;
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly random: Random;
  readonly bounds: ExchangeBounds;
  readonly observer: Pick<GrantObserver, 'failed'>;
}

/** Of one provider in one round: a chore must not become a storm. */
const MOST_AT_ONCE = 20;

/**
 * Ends the consents that came to nothing: an account that was chosen and then not taken, a completion that was cut off and
 * never tried again. Their tokens are revoked before they are forgotten, again and again until the provider has done so;
 * but not where somebody is connected to the same account, for at some providers that would end their tokens as well.
 */
export class VainConsents {
  readonly #options: VainConsentsOptions;

  constructor(options: VainConsentsOptions) {
    this.#options = options;
  }

  /** Takes what is due. */
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
    const { store, clock, random } = this.#options;
    const { link } = consent;
    if (await this.#isOver(provider, consent)) {
      await store.erase(link);
      return;
    }
    const failures = consent.failures + 1;
    await store.putOff(link, failures, clock.now() + backoffMs(failures, undefined, random));
  }

  /** Whether nothing is left to be done at the provider, or can be. */
  async #isOver(provider: Provider, { link, answer, accountId: known }: VainConsent): Promise<boolean> {
    if (provider.revoke === undefined) return true;
    const accountId = known ?? (await toAccount(provider, answer));
    if (accountId === 'unreachable') return false;
    if (accountId === undefined) {
      const cause = new Error(
        'The provider no longer says whose it is, so revoking it might end the tokens of others.',
      );
      this.#options.observer.failed(`a consent at ${provider.name} that came to nothing is left unrevoked`, cause);
      return true;
    }
    const may = await this.#options.store.mayRevoke(link, accountId);
    if (may === 'later') return false;
    return may === 'no' || (await provider.revoke(revocable(answer))) === 'revoked';
  }
}

/** Undefined where the provider doesn't say whose it is. */
async function toAccount({ authorization }: Provider, { profile, tokens }: Obtained): Promise<string | undefined> {
  if (profile !== undefined) return profile.accountId;
  const found = await authorization?.identify(tokens.accessToken);
  if (found?.kind === 'known') return found.accountId;
  return found?.kind === 'unreachable' ? 'unreachable' : undefined;
}

function revocable({ tokens }: Obtained) {
  return { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken };
}
