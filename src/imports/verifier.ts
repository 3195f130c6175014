import type { Clock } from '../grants/clock.ts';
import type { Providers } from '../grants/providers.ts';
import type { ImportedGrant } from '../grants/storage/import-store.ts';
import type { Provider } from '../providers/provider.ts';

/**
 * What a provider says about the tokens of a line:
 * - `verified`: they are of the account that it names
 * - `unverified`: it can't be asked without spending something; `why` says what is missing
 * - `refused`: they are not, or it doesn't answer; `message` says what to do
 */
export type Verification =
  | { readonly kind: 'verified' }
  | { readonly kind: 'unverified'; readonly why: string }
  | { readonly kind: 'refused'; readonly message: string };

/** The dependencies of {@link Verifier}. */
export interface VerifierOptions {
  readonly providers: Providers;
  readonly clock: Clock;
  /** True once nothing more may be asked. */
  readonly stopping: () => boolean;
}

/** What is asked of a provider that publishes no limit, in requests per minute. */
const CAUTIOUS_PER_MINUTE = 60;
/** The share of a provider's limit that a verification takes; services that run meanwhile have the rest. */
const SHARE = 0.5;
/** The pauses before a provider that does not answer is asked again, in milliseconds. */
const PAUSES_MS = [1_000, 4_000, 10_000];

/** Asks providers whose the access tokens of an import are, one after another, within their limits. Spends nothing. */
export class Verifier {
  readonly #options: VerifierOptions;
  /** By realm, when it may be asked next, on the monotonic clock in milliseconds. */
  readonly #nextAt = new Map<string, number>();

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  async verify(grant: ImportedGrant): Promise<Verification> {
    const { providers, clock } = this.#options;
    const provider = providers.find(grant.realm);
    const { access, accountId } = grant;
    if (provider?.identify === undefined) return unverified('its provider does not say whose a token is');
    if (access === undefined) return unverified('it has no access token, and its refresh token is not spent for this');
    if (access.expiresAt !== undefined && access.expiresAt <= clock.now()) {
      return unverified('its access token is over, and no refresh token is spent for this');
    }
    const found = await this.#ask(provider, () => provider.identify?.(access.token));
    if (found === undefined) return refused('the provider was not asked; import the line again');
    if (found.kind !== 'known') {
      if (found.kind === 'refused') return this.#withoutAccess(provider, grant);
      return refused(`could not be verified: ${found.detail}; import the line again`);
    }
    if (found.accountId === undefined) return unverified('its provider names no account');
    if (accountId === undefined || found.accountId === accountId) return { kind: 'verified' };
    return refused(
      `"access_token" is of the account ${found.accountId} by its provider's word, but "account_id" is ${accountId}; give token and id of one account`,
    );
  }

  #withoutAccess(provider: Provider, { refresh }: ImportedGrant): Verification {
    if (refresh !== undefined || provider.recover !== undefined) {
      return unverified('its provider does not accept the access token, and no refresh token is spent for this');
    }
    return refused('the provider does not accept "access_token", and without a "refresh_token" nothing gives another');
  }

  async #ask(provider: Provider, identify: () => ReturnType<NonNullable<Provider['identify']>> | undefined) {
    let found = await this.#inTurn(provider, identify);
    for (const pauseMs of PAUSES_MS) {
      if (found?.kind !== 'unreachable' || this.#options.stopping()) break;
      await this.#options.clock.sleep(pauseMs);
      found = await this.#inTurn(provider, identify);
    }
    return found;
  }

  /** @returns undefined if the run is to stop */
  async #inTurn<Answer>(
    { realm, requestsPerMinute = CAUTIOUS_PER_MINUTE }: Provider,
    ask: () => Promise<Answer> | undefined,
  ) {
    const { clock, stopping } = this.#options;
    const now = clock.monotonic();
    const at = Math.max(now, this.#nextAt.get(realm) ?? now);
    this.#nextAt.set(realm, at + 60_000 / (requestsPerMinute * SHARE));
    if (at > now) await clock.sleep(at - now);
    return stopping() ? undefined : ask();
  }
}

function unverified(why: string): Verification {
  return { kind: 'unverified', why };
}

function refused(message: string): Verification {
  return { kind: 'refused', message };
}
