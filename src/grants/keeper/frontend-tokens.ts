import type { FrontendToken, FrontendTokenAnswer, Provider } from '../../providers/provider.ts';
import { clientRefused, KeeperError, providerNotConfigured, reconnectRequired } from '../errors.ts';
import type { Keeper } from './keeper.ts';
import type { LiveToken } from './live-token.ts';
import type { Providers } from '../providers.ts';
import type { GrantStore } from '../storage/grant-store.ts';

const RETRY_AFTER_MS = 2_000;

/** The dependencies of {@link FrontendTokens}. */
export interface FrontendTokensOptions {
  readonly keeper: Keeper;
  readonly grants: GrantStore;
  readonly providers: Providers;
}

/** A request for a frontend token by a caller that has just received this live token. */
export interface FrontendTokenCall {
  readonly provider: string;
  readonly subject: string;
  readonly live: LiveToken;
  /** The origin of the page that will hold the token (RFC 6454). */
  readonly origin: string;
  /** In the provider's own terms. */
  readonly permissions: readonly string[];
}

/** Issues tokens for web pages, for providers whose access tokens cannot be used there. None of them is stored. */
export class FrontendTokens {
  readonly #options: FrontendTokensOptions;

  constructor(options: FrontendTokensOptions) {
    this.#options = options;
  }

  /** The permissions that the provider supports; undefined if it has no frontend tokens. */
  permissionsOf(provider: string): readonly string[] | undefined {
    return this.#options.providers.named(provider)?.frontendTokens?.permissions;
  }

  /**
   * Issues a new frontend token for the account behind the connection.
   *
   * @returns the token, and the access token that is live now, which differs from the given one if this call showed
   *   that the given one is dead
   * @throws {@link KeeperError} if no token can be issued now
   */
  async issue(call: FrontendTokenCall): Promise<{ live: LiveToken; frontendToken: FrontendToken }> {
    const answer = await this.#ask(call);
    if (answer.kind !== 'account_refused') return { live: call.live, frontendToken: tokenOf(answer) };
    const { provider, subject } = call;
    // It is the account that was refused, not the token: a report would end one that nothing can renew.
    if (!call.live.renewable) throw reconnectRequired();
    // A withdrawn consent shows up here first. The token endpoint knows whether it was really withdrawn.
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

  /** An imported grant may not have an account id yet. */
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
