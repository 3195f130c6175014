import { codeChallenge, newCodeVerifier } from '../../oauth/pkce.ts';
import { randomToken } from '../../oauth/random-token.ts';
import type { Authorization } from '../../providers/authorization.ts';
import type { Secret } from '../../secret.ts';
import type { Clock } from '../clock.ts';
import { slow } from '../errors.ts';
import type { ExchangeBounds } from '../exchange.ts';
import { LinkError } from './link-error.ts';
import { LINK_LIFE_MS, type ConnectionVerdict, type LinkStore, type NewConnection } from '../storage/link-store.ts';
import type { GrantObserver } from '../observer.ts';
import type { Providers } from '../providers.ts';
import { renewalSchedule } from '../rules/renewal-schedule.ts';
import { notAnsweredProperly, redeemConsent, type Consent } from './redeem-consent.ts';
import { withLease } from '../keeper/with-lease.ts';

/** What linking is made of. */
export interface LinkingOptions {
  readonly store: LinkStore;
  readonly providers: Providers;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
  /** Where a provider is to send browsers back to. Each has its own, so that no answer passes for another's. */
  readonly redirectUri: (provider: string) => string;
  readonly observer: Pick<GrantObserver, 'recorded'>;
}

/** What a provider's answer brought back, as it stood in the browser's address. */
export interface Callback {
  readonly provider: string;
  readonly state: Secret;
  readonly browser: Secret;
  readonly code?: Secret | undefined;
  /** RFC 6749 section 4.1.2.1. */
  readonly error?: string | undefined;
  /** RFC 9207. */
  readonly issuer?: string | undefined;
}

/** Who completes a link, and with what. */
export interface Completion {
  readonly provider: string;
  readonly subject: string;
  readonly code: Secret;
  readonly replace: boolean;
}

/**
 * Links a subject to an account that its user has already, in four steps: a ticket for the subject; the browser that takes
 * it to the provider; the consent that comes back to the same browser; and the completion, which only the same subject can
 * ask for. Until then nothing is asked of the provider, so that whoever was lured into consenting links nobody.
 */
export class Linking {
  readonly #options: LinkingOptions;
  readonly #completions = new Set<Promise<void>>();

  constructor(options: LinkingOptions) {
    this.#options = options;
  }

  /**
   * A ticket to the provider's page, for one subject.
   *
   * @returns `expiresAt` in epoch milliseconds
   * @throws {@link LinkError} `provider_not_linkable`, `too_many_links`
   */
  async begin(provider: string, subject: string, returnTo: string): Promise<{ ticket: Secret; expiresAt: number }> {
    const { realm } = this.#linkable(provider);
    const ticket = randomToken();
    const expiresAt = this.#options.clock.now() + LINK_LIFE_MS;
    const isBegun = await this.#options.store.begin({ realm, subject, returnTo, ticket, expiresAt });
    if (!isBegun) throw new LinkError('too_many_links');
    return { ticket, expiresAt };
  }

  /**
   * Sends a browser on its way.
   *
   * @param browser what this browser is known by, if it is
   * @returns the provider's page, and what the browser is to be known by until it comes back
   * @throws {@link LinkError} `link_expired`
   */
  async startAuthorization(ticket: Secret, browser = randomToken()): Promise<{ pageUrl: string; browser: Secret }> {
    const state = randomToken();
    const codeVerifier = newCodeVerifier();
    const link = await this.#options.store.startAuthorization(ticket, { browser, state, codeVerifier });
    const provider = link && this.#options.providers.find(link.realm);
    if (provider?.authorization === undefined) throw new LinkError('link_expired');
    const { usesPkce } = provider.authorization;
    const pageUrl = provider.authorization.pageUrl({
      redirectUri: this.#options.redirectUri(provider.name),
      state: state.reveal(),
      codeChallenge: usesPkce ? codeChallenge(codeVerifier) : undefined,
    });
    return { pageUrl, browser };
  }

  /**
   * Takes a browser back.
   *
   * @returns where to send it on to, and the code by which its subject may complete the link
   * @throws {@link LinkError}
   */
  async handleCallback({
    provider,
    state,
    browser,
    code,
    error,
    issuer,
  }: Callback): Promise<{ returnTo: string; code: Secret }> {
    const { authorization, realm } = this.#linkable(provider);
    const isFromThere = issuer === undefined || authorization.issuer === undefined || issuer === authorization.issuer;
    const completion = randomToken();
    const brought = isFromThere && error === undefined && code !== undefined ? { code, completion } : undefined;
    const link = await this.#options.store.receive(state, browser, brought);
    if (link?.realm !== realm) throw new LinkError('link_expired');
    const { returnTo } = link;
    if (brought !== undefined) return { returnTo, code: completion };
    throw new LinkError(error === 'access_denied' ? 'access_denied' : 'provider_refused', { returnTo });
  }

  /**
   * Spends the consent and connects the subject. Where that was done before, it is done.
   *
   * @throws {@link LinkError}; {@link KeeperError} where the same may be tried again later, be it that somebody else is at it
   */
  async complete({ provider, subject, code, replace }: Completion): Promise<void> {
    const { realm, authorization } = this.#linkable(provider);
    const link = await this.#options.store.take(code, { realm, subject });
    if (link === undefined) throw new LinkError('link_code_invalid');
    if (link === 'connected') return;
    if (link === 'held') throw slow();
    const completion = withLease(
      this.#options,
      () => this.#options.store.renew(link),
      () => this.#complete({ provider, authorization, link }, replace),
    );
    this.#completions.add(completion);
    try {
      await completion;
    } finally {
      this.#completions.delete(completion);
    }
  }

  /** How many completions are under way. */
  get underWay(): number {
    return this.#completions.size;
  }

  /** Resolves when every completion that is under way has ended. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#completions);
  }

  async #complete(consent: Consent, replace: boolean): Promise<void> {
    const { store, observer, clock } = this.#options;
    const { link } = consent;
    const answer = await redeemConsent(this.#options, consent);
    const schedule = renewalSchedule(link.id, clock.now(), answer.tokens);
    const verdict = await this.#connected(consent.authorization, { link, answer, schedule, replace });
    if (verdict.kind === 'connected') {
      if (verdict.event !== undefined) observer.recorded(verdict.event);
      return;
    }
    // Whoever is to revoke it, should nobody take it, must know whose it is.
    if (link.answer?.profile === undefined) await store.keep(link, answer);
    await store.putBack(link);
    throw verdict.kind === 'other_account'
      ? new LinkError('other_account', { accounts: { chosen: answer.profile, present: verdict.present } })
      : notAnsweredProperly();
  }

  #linkable(name: string): { readonly realm: string; readonly authorization: Authorization } {
    const { realm, authorization } = this.#options.providers.get(name);
    if (authorization === undefined) throw new LinkError('provider_not_linkable');
    return { realm, authorization };
  }

  /** Where accounts aren't identified, who consents again under the same name needs no word more to replace the last time. */
  async #connected(authorization: Authorization, connection: NewConnection): Promise<ConnectionVerdict> {
    const verdict = await this.#connect(connection);
    if (authorization.identifiesAccounts || verdict.kind !== 'other_account') return verdict;
    const { username } = connection.answer.profile;
    const isSame = username !== null && username === verdict.present?.username;
    return isSame ? this.#connect({ ...connection, replace: true }) : verdict;
  }

  async #connect(connection: NewConnection): Promise<ConnectionVerdict> {
    const { store } = this.#options;
    try {
      return await store.connect(connection);
    } catch (cause) {
      await store.putBack(connection.link).catch(() => undefined);
      throw cause;
    }
  }
}
