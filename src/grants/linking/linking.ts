import { errorText } from '../../oauth/answer/answer-text.ts';
import { codeChallenge, newCodeVerifier } from '../../oauth/pkce.ts';
import { randomToken } from '../../oauth/random-token.ts';
import type { Authorization } from '../../providers/authorization.ts';
import type { Secret } from '../../secret.ts';
import type { Clock } from '../clock.ts';
import { slow } from '../errors.ts';
import type { ExchangeBounds } from '../exchange.ts';
import { isPlainText } from '../../plain-text.ts';
import { namedConnection } from '../connection-key.ts';
import { packCode } from './brought-code.ts';
import { choseNotTo } from './chose-not-to.ts';
import { LinkError } from './link-error.ts';
import { LINK_LIFE_MS, type ConnectionVerdict, type LinkStore, type NewConnection } from '../storage/link-store.ts';
import type { GrantObserver } from '../observer.ts';
import type { Providers } from '../providers.ts';
import { recoveryPath } from '../rules/next-step.ts';
import { renewalSchedule } from '../rules/renewal-schedule.ts';
import { notAnsweredProperly, redeemConsent, type Consent } from './redeem-consent.ts';
import { withLease } from '../keeper/with-lease.ts';

/** The dependencies of {@link Linking}. */
export interface LinkingOptions {
  readonly store: LinkStore;
  readonly providers: Providers;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
  /**
   * The URI that a provider sends browsers back to. Each provider has its own, so that an answer from one cannot pass
   * as another's.
   */
  readonly redirectUri: (provider: string) => string;
  readonly observer: Pick<GrantObserver, 'recorded' | 'failed'>;
}

/** A provider's answer, as it appeared in the browser's address. */
export interface Callback {
  readonly provider: string;
  /** Undefined if the provider has lost it, as some do when they report an error. */
  readonly state: Secret | undefined;
  readonly browser: Secret;
  readonly code?: Secret | undefined;
  /** RFC 6749 section 4.1.2.1, as is `description`. */
  readonly error?: string | undefined;
  readonly description?: string | undefined;
  /** RFC 9207. */
  readonly issuer?: string | undefined;
  /** Any other parameter that came with them; undefined if it did not, or more than once. */
  readonly parameter?: (name: string) => string | undefined;
}

/** A request to complete a link. */
export interface Completion {
  readonly provider: string;
  readonly subject: string;
  readonly code: Secret;
  readonly replace: boolean;
}

/**
 * Links a subject to an account that its user already has, in four steps: a ticket for the subject; the browser that
 * takes it to the provider; the consent that comes back to the same browser; and the completion, which only the same
 * subject can ask for. The provider is not called until then, so luring somebody into consenting links nothing.
 */
export class Linking {
  readonly #options: LinkingOptions;
  readonly #completions = new Set<Promise<void>>();

  constructor(options: LinkingOptions) {
    this.#options = options;
  }

  /**
   * Issues a ticket to the provider's page for one subject.
   *
   * @param subject or the key of one of its connections with a name (`connectionKey`)
   * @returns `expiresAt` in epoch milliseconds
   * @throws {@link LinkError} `provider_not_linkable`, `too_many_links`
   * @throws {@link KeeperError} `provider_not_configured`
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
   * Sends a browser to the provider.
   *
   * @param browser the browser's identifier, if it already has one
   * @returns the provider's page, and the identifier that the browser keeps until it comes back
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
      redirectUri: provider.authorization.redirectUri ?? this.#options.redirectUri(provider.name),
      state: state.reveal(),
      codeChallenge: usesPkce ? codeChallenge(codeVerifier) : undefined,
    });
    return { pageUrl, browser };
  }

  /**
   * Receives a browser that comes back from the provider.
   *
   * @returns where to send the browser next, and the code by which its subject may complete the link
   * @throws {@link LinkError} `provider_not_linkable`, `link_expired`, `access_denied`, `provider_refused`
   * @throws {@link KeeperError} `provider_not_configured`
   */
  async handleCallback(callback: Callback): Promise<{ returnTo: string; code: Secret }> {
    const { provider, state, browser, code, error, issuer, parameter = () => undefined } = callback;
    const { authorization, realm } = this.#linkable(provider);
    // Nobody knows which link this is about, so it stays as it is.
    if (state === undefined) throw error === undefined ? new LinkError('link_expired') : this.#refusal(callback);
    const isFromThere = issuer === undefined || authorization.issuer === undefined || issuer === authorization.issuer;
    const completion = randomToken();
    const isConsent = isFromThere && error === undefined && code !== undefined;
    const more = wanted(authorization, parameter);
    const brought = isConsent ? { code: packCode(code, more), completion } : undefined;
    const link = await this.#options.store.receive(state, browser, brought);
    if (link?.realm !== realm) throw new LinkError('link_expired');
    const { returnTo } = link;
    if (brought !== undefined) return { returnTo, code: completion };
    throw this.#refusal(callback, returnTo);
  }

  /**
   * Redeems the consent and connects the subject. Does nothing if the link was completed before.
   *
   * @returns the name of the connection; undefined if it has none
   * @throws {@link LinkError} if the link cannot be completed
   * @throws {@link KeeperError} `provider_not_configured`; any other code if the same call may succeed later, for
   *   instance because another call is completing the link
   */
  async complete({ provider, subject, code, replace }: Completion): Promise<string | undefined> {
    const { realm, authorization } = this.#linkable(provider);
    const link = await this.#options.store.take(code, { realm, subject });
    if (link === undefined) throw new LinkError('link_code_invalid');
    if (link === 'held') throw slow();
    if ('connected' in link) return namedConnection(link.connected.subject).connection;
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
    return namedConnection(link.subject).connection;
  }

  /** The parameters, besides those of the standards, that a provider sends back with a browser and that are wanted. */
  callbackParameters(provider: string): readonly string[] {
    return this.#options.providers.named(provider)?.authorization?.callbackParameters ?? [];
  }

  /** The number of completions in progress. */
  get underWay(): number {
    return this.#completions.size;
  }

  /** Resolves when all completions in progress have settled. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#completions);
  }

  async #complete(consent: Consent, replace: boolean): Promise<void> {
    const { store, observer, clock } = this.#options;
    const { link } = consent;
    const answer = await redeemConsent(this.#options, consent);
    const schedule = renewalSchedule(link.id, clock.now(), answer.tokens);
    const needsRefreshToken = recoveryPath(this.#options.providers.get(consent.provider)) !== 'self';
    const connection = { link, answer, schedule, needsRefreshToken, replace };
    const verdict = await this.#connected(consent.authorization, connection);
    if (verdict.kind === 'connected') {
      for (const event of verdict.events) observer.recorded(event);
      return;
    }
    // If the subject never takes it, revocation needs to know whose account it is.
    if (link.answer?.profile === undefined) await store.keep(link, answer);
    await store.putBack(link);
    throw verdict.kind === 'other_account'
      ? new LinkError('other_account', { accounts: { chosen: answer.profile, present: verdict.present } })
      : notAnsweredProperly();
  }

  /** The error for a browser that comes back without a code; the operator hears why, unless its user chose so. */
  #refusal({ provider, error, description, ...secrets }: Callback, returnTo?: string): LinkError {
    if (choseNotTo(error)) return new LinkError('access_denied', { returnTo });
    const confidential = [secrets.state, secrets.browser, secrets.code].map((secret) => secret?.reveal() ?? '');
    const told = errorText({ code: error, description }, confidential) ?? 'It names no error, or another issuer.';
    this.#options.observer.failed(`${provider} sent a user back without a code`, new Error(told));
    return new LinkError('provider_refused', { returnTo });
  }

  #linkable(name: string): { readonly realm: string; readonly authorization: Authorization } {
    const { realm, authorization } = this.#options.providers.get(name);
    if (authorization === undefined) throw new LinkError('provider_not_linkable');
    return { realm, authorization };
  }

  /**
   * If the provider does not identify accounts, consenting again under the same name replaces the earlier link without
   * confirmation.
   */
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

const LONGEST_PARAMETER = 1_000;

function wanted(
  { callbackParameters = [] }: Authorization,
  parameter: (name: string) => string | undefined,
): Readonly<Record<string, string>> {
  const found = callbackParameters.map((name): [string, string | undefined] => [name, parameter(name)]);
  return Object.fromEntries(
    found.filter((pair): pair is [string, string] => pair[1] !== undefined && isPlainText(pair[1], LONGEST_PARAMETER)),
  );
}
