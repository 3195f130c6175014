import type { Provider } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import { AnswersInHand } from './answers-in-hand.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { Clock, Random } from '../clock.ts';
import { Confirmations, unconfirmed } from './confirmation.ts';
import type { Credential } from '../credential.ts';
import { isNewer, satisfies, standing, type StandingDemand } from '../rules/demand.ts';
import { consentRequired, KeeperError, slow } from '../errors.ts';
import type { ExchangeBounds } from '../exchange.ts';
import { isServable, servable, type ServableView } from './servable.ts';
import { SingleFlight } from './single-flight.ts';
import { NO_OBSERVER, type GrantObserver } from '../observer.ts';
import { Pacer } from '../pacing/pacer.ts';
import type { PauseStore } from '../pacing/pause.ts';
import type { Providers } from '../providers.ts';
import { isRenewable, recoveryPath } from '../rules/next-step.ts';
import type { LiveToken, TokenOwner, TokenRequest } from './live-token.ts';
import { renew, type RenewalDependencies, type RenewalResult } from './renewal.ts';
import type { Rescue } from './rescue.ts';
import type { ConfirmationStore } from '../storage/confirmation-store.ts';
import type { GrantStore } from '../storage/grant-store.ts';
import type { DueGrant } from '../storage/upkeep-store.ts';
import type { Successions } from './successions.ts';
import { ChangeWaiter } from './wait-for-change.ts';

/** The dependencies and settings of {@link Keeper}. */
export interface KeeperOptions {
  readonly store: GrantStore;
  readonly providers: Providers;
  readonly clock: Clock;
  readonly random: Random;
  readonly bounds: ExchangeBounds;
  /** Which providers are paused. */
  readonly pauses: PauseStore;
  /** Where an answer is kept while the store refuses it. */
  readonly rescue: Rescue;
  /** Where it is stored what providers say about imported accounts; undefined if nothing is imported. */
  readonly confirmations?: ConfirmationStore | undefined;
  /** How long a caller waits for a renewal at most, in milliseconds. */
  readonly callerWaitMs: number;
  /** Set if web pages may exchange an old access token for its successor. */
  readonly successions?: Successions | undefined;
  /** Default: {@link NO_OBSERVER}. */
  readonly observer?: GrantObserver;
}

/**
 * Provides live tokens: creates the account on first use, renews when needed, and never renews one grant twice at once.
 */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #observer: GrantObserver;
  readonly #means: RenewalDependencies;
  readonly #confirmations: Confirmations | undefined;
  readonly #renewals = new SingleFlight<RenewalResult>();
  readonly #probes = new SingleFlight<'accepted' | 'refused' | 'unreachable'>();
  #closing = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    const { observer = NO_OBSERVER } = options;
    this.#observer = observer;
    const { confirmations } = options;
    this.#confirmations = confirmations && new Confirmations({ store: confirmations, observer });
    const closing = () => this.#closing;
    this.#means = {
      ...options,
      breaker: new CircuitBreaker(),
      pacer: new Pacer({ ...options, observer, closing }),
      waiting: new ChangeWaiter(),
      inHand: new AnswersInHand(),
      observer,
      closing,
    };
  }

  /**
   * A live token for the subject. The caller must already be authorised to act for it. The warm path costs one read and
   * one unseal. If the current token does not satisfy the caller (`force`, `rejected`), it no longer leads to a
   * successor.
   *
   * @throws {@link KeeperError} if no live token is available now
   */
  token(request: TokenRequest): Promise<LiveToken> {
    const { successions } = this.#options;
    return this.#token(request, request.provider === successions?.provider ? successions : undefined);
  }

  /** @param successions records the call; undefined if the caller has shown nothing but an access token */
  async #token(request: TokenRequest, successions?: Successions): Promise<LiveToken> {
    const provider = this.#options.providers.get(request.provider);
    if (successions !== undefined) {
      successions.noteCall(request.subject);
      // Before any read, so that a token that another page gets in the meantime ends as well.
      if (request.force === true || request.rejected !== undefined) {
        await successions.end(request.subject, request.rejected);
      }
    }
    const view = await this.#options.store.view(provider.realm, request.subject);
    const demand = standing(request, view);
    if (isServable(view) && satisfies(view, demand, this.#options.clock.now())) {
      if (view.confirmation === undefined) {
        return this.#handOut(provider, view.current, { refreshed: false, created: false });
      }
      const credential = await this.#confirmed(provider, request, view);
      return this.#handOut(provider, credential, { refreshed: credential !== view.current, created: false });
    }
    await this.#endReported(provider, view?.current, demand);
    if (view === undefined && provider.provision === undefined) throw consentRequired();
    const created = view?.integratedAt === undefined;
    const renewed = await this.#renewed(provider, request, demand, created);
    const credential = await this.#confirmed(provider, request, renewed);
    return this.#handOut(provider, credential, { refreshed: isNewer(credential, demand), created });
  }

  /**
   * A report ends a token that nothing can renew: it is never given to anybody again. One that can be renewed is renewed
   * instead. Done apart from the renewal, which callers without a report may share.
   */
  async #endReported(provider: Provider, current: Credential | undefined, demand: StandingDemand): Promise<void> {
    if (current === undefined || demand.rejectsSeen !== true || isRenewable(provider, current)) return;
    const { store } = this.#options;
    const event = await store.noteReconnectRequired(current.grantId, recoveryPath(provider), current);
    if (event !== undefined) this.#observer.recorded(event);
  }

  /**
   * Confirms that the account of an import is the one of its tokens, so that what the provider shows of that account may
   * be shown. Does nothing for all other grants.
   *
   * @throws {@link KeeperError} if it is not, or can't be confirmed now
   */
  async confirm(provider: string, subject: string): Promise<void> {
    const found = this.#options.providers.get(provider);
    const view = await this.#options.store.view(found.realm, subject);
    if (view?.confirmation === undefined || this.#confirmations === undefined) return;
    // Tokens that say whose they are do so after their end as well.
    if (isServable(view) && this.#confirmations.isSaid(found, view)) await this.#confirmations.check(found, view);
    else if (found.confirmsImports === true || view.confirmation === 'failed') await this.#token({ provider, subject });
  }

  /**
   * The credential, once it is certain that it is of the grant's account. One that the provider refuses although its
   * import said that it lives is renewed first.
   */
  async #confirmed(provider: Provider, request: TokenRequest, view: ServableView): Promise<Credential> {
    const confirmations = this.#confirmations;
    if (confirmations === undefined || (await confirmations.check(provider, view)) === 'confirmed') return view.current;
    const rejecting = { ...request, rejected: view.current.accessToken() };
    const renewed = await this.#renewed(provider, rejecting, standing(rejecting, view), false);
    if ((await confirmations.check(provider, renewed)) === 'confirmed') return renewed.current;
    throw unconfirmed();
  }

  /**
   * The owner of a current or former access token that may still be exchanged for its successor.
   *
   * @returns undefined if the token was never ours, or its succession has ended (see {@link Successions})
   */
  async ownerOf(presented: Secret): Promise<TokenOwner | undefined> {
    const { successions } = this.#options;
    const subject = await successions?.ownerOf(presented);
    return successions && subject !== undefined ? { provider: successions.provider, subject } : undefined;
  }

  /**
   * The live token that succeeds one we handed out, for a frontend that holds only its expired access token. The
   * presented token itself is returned only if the provider has just accepted it.
   *
   * @returns undefined if a caller has ended the succession in the meantime
   * @throws {@link KeeperError} if no live token is available now
   */
  async successor(owner: TokenOwner, presented: Secret): Promise<LiveToken | undefined> {
    const token = await this.#successor(owner, presented);
    return (await this.ownerOf(presented)) === undefined ? undefined : token;
  }

  async #successor(owner: TokenOwner, presented: Secret): Promise<LiveToken> {
    const provider = this.#options.providers.get(owner.provider);
    const view = await this.#options.store.view(provider.realm, owner.subject);
    const current = view?.current;
    if (current?.accessToken().reveal() !== presented.reveal() || view?.confirmation !== undefined) {
      return this.#token(owner);
    }
    switch (await this.#probe(provider, presented, current.nonce)) {
      case 'accepted':
        return this.#handOut(provider, current, { refreshed: false, created: false });
      case 'refused':
        return this.#token({ ...owner, rejected: presented });
      case 'unreachable':
        throw new KeeperError('upstream_unavailable', 'The provider cannot be asked about this token now.', {
          retryAfterMs: 2_000,
        });
    }
  }

  /**
   * Renews a grant ahead of need; callers asking in the meantime wait for this renewal. Does nothing if a newer
   * credential than the due one exists, or the subject has left. Never creates an account.
   *
   * @returns why the grant could not be renewed now; undefined if it was, or nothing was needed
   */
  async renewAhead(provider: Provider, { grantId, subject, exchangeId }: DueGrant): Promise<KeeperError | undefined> {
    const view = await this.#options.store.view(provider.realm, subject);
    if (view?.grantId !== grantId) return undefined;
    const { current } = view;
    const demand: StandingDemand = { force: true, seen: current?.exchangeId === exchangeId ? current : { exchangeId } };
    const target = { provider, subject, applicant: undefined, mayProvision: false, demand };
    const key = flightKey({ provider: provider.name, subject }, false);
    try {
      const { failure } = await this.#renewals.join(key, () => renew(this.#means, target));
      return failure;
    } catch (error) {
      if (error instanceof KeeperError) return error;
      throw error;
    }
  }

  /** Starts no new exchanges, and resolves once all exchanges in flight are answered and stored. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#renewals.idle();
  }

  /** The number of renewals in progress. */
  get underWay(): number {
    return this.#renewals.size;
  }

  /** Saves all answers that the store has not taken yet outside it, for a process that must exit now. */
  async rescueAnswers(): Promise<void> {
    await this.#means.inHand.keepAll(this.#options.rescue, this.#observer);
  }

  async #renewed(
    provider: Provider,
    request: TokenRequest,
    demand: StandingDemand,
    created: boolean,
  ): Promise<ServableView> {
    const { clock, callerWaitMs, store } = this.#options;
    const target = { provider, subject: request.subject, applicant: request.applicant, mayProvision: true, demand };
    const answered = new AbortController();
    const deadline = clock.sleep(callerWaitMs, answered.signal).then(() => 'late' as const);
    try {
      for (;;) {
        const flight = this.#renewals.join(flightKey(request, created), () => renew(this.#means, target));
        const landed = await Promise.race([flight, deadline]);
        const { view, failure } =
          landed === 'late' ? { view: await store.view(provider.realm, request.subject), failure: slow() } : landed;
        const served = servable(view, failure, demand, clock.now());
        if (served !== undefined) return served;
      }
    } finally {
      answered.abort();
    }
  }

  #handOut(provider: Provider, credential: Credential, how: Pick<LiveToken, 'refreshed' | 'created'>): LiveToken {
    this.#observer.handedOut(credential);
    const { tokenType, expiresAt } = credential;
    const renewable = isRenewable(provider, credential);
    const [accessToken, providerData] = [credential.accessToken(), credential.providerData()];
    return { accessToken, tokenType, expiresAt, renewable, providerData, ...how };
  }

  /** Concurrent probes of one token share one call: three open tabs cost one question. */
  async #probe(provider: Provider, token: Secret, nonce: string) {
    const probe = provider.probe?.bind(provider);
    if (probe === undefined) return 'refused';
    return this.#probes.join(nonce, () => probe(token));
  }
}

/**
 * Callers of one grant share one renewal. Before the account exists, only callers that would create the same one share
 * it: an e-mail address that is taken for one caller must not fail another.
 */
function flightKey(request: Pick<TokenRequest, 'provider' | 'subject' | 'applicant'>, created: boolean): string {
  const { provider, subject, applicant } = request;
  return JSON.stringify(created ? [provider, subject, applicant?.email, applicant?.timeZone] : [provider, subject]);
}
