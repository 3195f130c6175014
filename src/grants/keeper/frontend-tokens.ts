import type { FrontendToken, FrontendTokenAnswer, Provider } from '../../providers/provider.ts';
import { clientRefused, KeeperError, providerNotConfigured } from '../errors.ts';
import type { Keeper, LiveToken } from './keeper.ts';
import type { Providers } from '../providers.ts';
import type { GrantStore } from '../storage/grant-store.ts';

const RETRY_AFTER_MS = 2_000;

/** What frontend tokens are made of. */
export interface FrontendTokensOptions {
  readonly keeper: Keeper;
  readonly grants: GrantStore;
  readonly providers: Providers;
}

/** A call for a frontend token, from whoever has got this live token just now. */
export interface FrontendTokenCall {
  readonly provider: string;
  readonly subject: string;
  readonly live: LiveToken;
  /** Of the page that is to hold it (RFC 6454). */
  readonly origin: string;
  /** In the provider's own words. */
  readonly permissions: readonly string[];
}

/** Tokens that web pages may hold, of providers whose access tokens are of no use there. Nothing of them is stored. */
export class FrontendTokens {
  readonly #options: FrontendTokensOptions;

  constructor(options: FrontendTokensOptions) {
    this.#options = options;
  }

  /** The permissions that the provider knows; undefined where it has no such tokens. */
  permissionsOf(provider: string): readonly string[] | undefined {
    return this.#options.providers.named(provider)?.frontendTokens?.permissions;
  }

  /**
   * A new one, for the account behind the connection.
   *
   * @returns with it the token that is live by now, which is another one where this showed that the given one is not
   * @throws {@link KeeperError} where there is none to be had now
   */
  async issue(call: FrontendTokenCall): Promise<{ live: LiveToken; frontendToken: FrontendToken }> {
    const answer = await this.#ask(call);
    if (answer.kind !== 'account_refused') return { live: call.live, frontendToken: tokenOf(answer) };
    // A consent that was withdrawn shows here first. Whether it is so, the token endpoint knows.
    const { provider, subject } = call;
    const live = await this.#options.keeper.token({ provider, subject, rejected: call.live.accessToken });
    return { live, frontendToken: tokenOf(await this.#ask({ ...call, live })) };
  }

  async #ask(call: FrontendTokenCall): Promise<FrontendTokenAnswer> {
    const { origin, permissions } = call;
    const provider = this.#options.providers.get(call.provider);
    if (provider.frontendTokens === undefined) throw providerNotConfigured(call.provider);
    const accountId = await this.#accountId(provider, call);
    return accountId === undefined
      ? { kind: 'unreachable' }
      : provider.frontendTokens.issue({ accountId, origin, permissions });
  }

  /** An imported grant may have none yet. */
  async #accountId(provider: Provider, { subject, live }: FrontendTokenCall): Promise<string | undefined> {
    const known = (await this.#options.grants.account(provider.realm, subject))?.accountId;
    if (known !== undefined) return known;
    const identified = await provider.authorization?.identify(live.accessToken);
    return identified?.kind === 'known' ? identified.accountId : undefined;
  }
}

function tokenOf(answer: FrontendTokenAnswer): FrontendToken {
  switch (answer.kind) {
    case 'issued':
      return answer.frontendToken;
    case 'client_refused':
      throw clientRefused(undefined);
    case 'input_refused':
      throw new KeeperError('input_refused', 'The provider refused what was asked of the frontend token.', answer);
    case 'account_refused':
      throw notNow();
    case 'unreachable':
      throw notNow(answer.retryAfterMs);
  }
}

function notNow(retryAfterMs = RETRY_AFTER_MS): KeeperError {
  return new KeeperError('upstream_unavailable', 'The provider makes no frontend token now. Try again later.', {
    retryAfterMs,
  });
}
