import type { FrontendToken, FrontendTokenAnswer, Provider } from '../providers/provider.ts';
import { clientRefused, consentRequired, KeeperError, providerNotConfigured } from './errors.ts';
import type { Keeper, LiveToken } from './keeper.ts';
import type { GrantStore } from './store.ts';

/** What frontend tokens are made of. */
export interface FrontendTokensOptions {
  readonly keeper: Keeper;
  readonly grants: GrantStore;
  readonly providers: readonly Provider[];
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

  /** True where the provider has such tokens. */
  has(provider: string): boolean {
    return this.#options.providers.some((each) => each.name === provider && each.issueFrontendToken !== undefined);
  }

  /**
   * A new one, for the account behind the connection.
   *
   * @throws {@link KeeperError} where there is none to be had now
   */
  async issue(call: FrontendTokenCall): Promise<FrontendToken> {
    const answer = await this.#ask(call);
    if (answer.kind !== 'account_refused') return tokenOf(answer);
    // A consent that was withdrawn shows here first. Whether it is so, the token endpoint knows.
    const { provider, subject, live } = call;
    await this.#options.keeper.token({ provider, subject, rejected: live.accessToken });
    return tokenOf(await this.#ask(call));
  }

  async #ask({ provider: name, subject, origin, permissions }: FrontendTokenCall): Promise<FrontendTokenAnswer> {
    const provider = this.#options.providers.find((each) => each.name === name);
    if (provider?.issueFrontendToken === undefined) throw providerNotConfigured(name);
    const account = await this.#options.grants.account(provider.realm, subject);
    if (account?.accountId === undefined) throw consentRequired();
    return provider.issueFrontendToken({ accountId: account.accountId, origin, permissions });
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
    case 'unreachable':
      throw new KeeperError('upstream_unavailable', 'The provider makes no frontend token now. Try again later.', {
        retryAfterMs: 2_000,
      });
  }
}
