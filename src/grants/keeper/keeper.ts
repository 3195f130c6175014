import type { Applicant, Provider } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import { AnswersInHand } from './answers-in-hand.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { Clock, Random } from '../clock.ts';
import type { Credential } from '../credential.ts';
import { isNewer, satisfies, standing, tolerates, type Demand, type StandingDemand } from '../rules/demand.ts';
import { consentRequired, KeeperError, slow } from '../errors.ts';
import type { ExchangeBounds } from '../exchange.ts';
import { SingleFlight } from './single-flight.ts';
import type { GrantView } from '../grant.ts';
import { NO_OBSERVER, type GrantObserver } from '../observer.ts';
import { Pacer } from '../pacing/pacer.ts';
import type { PauseStore } from '../pacing/pause.ts';
import type { Providers } from '../providers.ts';
import { renew, type RenewalDependencies, type RenewalResult } from './renewal.ts';
import type { Rescue } from './rescue.ts';
import type { GrantStore } from '../storage/grant-store.ts';
import type { DueGrant } from '../storage/upkeep-store.ts';
import type { Successions } from './successions.ts';
import { ChangeWaiter } from './wait-for-change.ts';

/** What the keeper is made of. */
export interface KeeperOptions {
  readonly store: GrantStore;
  readonly providers: Providers;
  readonly clock: Clock;
  readonly random: Random;
  readonly bounds: ExchangeBounds;
  /** Which providers are to be left alone. */
  readonly pauses: PauseStore;
  /** Where an answer is kept meanwhile that the store refuses. */
  readonly rescue: Rescue;
  /** The longest a caller waits for a renewal, in milliseconds. */
  readonly callerWaitMs: number;
  /** Where a web page may go on from one access token to the next; undefined where none may. */
  readonly successions?: Successions | undefined;
  /** Nobody by default. */
  readonly observer?: GrantObserver;
}

/** One call for a live token. */
export interface TokenRequest extends Demand {
  readonly provider: string;
  readonly subject: string;
  /** Whom to create the account for, where the subject has none yet. */
  readonly applicant?: Applicant | undefined;
}

/** Whose an access token is or was. */
export interface TokenOwner {
  readonly provider: string;
  readonly subject: string;
}

/** A token that the provider should accept now. */
export interface LiveToken {
  readonly accessToken: Secret;
  readonly tokenType: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** True where the token was obtained for this call, or for one that this call waited with. */
  readonly refreshed: boolean;
  /** True where the subject had never had a credential when this call began. */
  readonly created: boolean;
}

/** Promises a live token: creates the account the first time, renews when needed, never twice at once. */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #observer: GrantObserver;
  readonly #means: RenewalDependencies;
  readonly #renewals = new SingleFlight<RenewalResult>();
  readonly #probes = new SingleFlight<'accepted' | 'refused' | 'unreachable'>();
  #closing = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    const { observer = NO_OBSERVER } = options;
    this.#observer = observer;
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
   * A live token for the subject, for a caller who has shown that it may act for it. On the warm path: one read, one unseal.
   * Where the present token is not good enough for it (`force`, `rejected`), no page goes on from that token any more.
   *
   * @throws {@link KeeperError} where there is none to be had now
   */
  token(request: TokenRequest): Promise<LiveToken> {
    const { successions } = this.#options;
    return this.#token(request, request.provider === successions?.provider ? successions : undefined);
  }

  /** @param successions to note the call in; undefined where nobody has shown anything but an access token */
  async #token(request: TokenRequest, successions?: Successions): Promise<LiveToken> {
    const provider = this.#options.providers.get(request.provider);
    if (successions !== undefined) {
      successions.noteCall(request.subject);
      // Before anything is read, so that whatever another page gets meanwhile ends as well.
      if (request.force === true || request.rejected !== undefined) {
        await successions.end(request.subject, request.rejected);
      }
    }
    const view = await this.#options.store.view(provider.realm, request.subject);
    const demand = standing(request, view);
    if (view?.current !== undefined && satisfies(view, demand, this.#options.clock.now())) {
      return this.#handOut(view.current, false, false);
    }
    if (view === undefined && provider.provision === undefined) throw consentRequired();
    const created = view?.integratedAt === undefined;
    const credential = await this.#renewed(provider, request, demand, created);
    return this.#handOut(credential, isNewer(credential, demand), created);
  }

  /**
   * Whose an access token is or was, where a page may go on from it.
   *
   * @returns undefined where the token was never ours, or {@link Successions} has ended for it
   */
  async ownerOf(presented: Secret): Promise<TokenOwner | undefined> {
    const { successions } = this.#options;
    const subject = await successions?.ownerOf(presented);
    return successions && subject !== undefined ? { provider: successions.provider, subject } : undefined;
  }

  /**
   * The live token that follows on one we gave out: for a frontend that holds nothing but its expired access token.
   * The presented token itself is given back only if the provider has just accepted it.
   *
   * @returns undefined where a caller has ended the succession meanwhile
   * @throws {@link KeeperError} where there is none to be had now
   */
  async successor(owner: TokenOwner, presented: Secret): Promise<LiveToken | undefined> {
    const token = await this.#successor(owner, presented);
    return (await this.ownerOf(presented)) === undefined ? undefined : token;
  }

  async #successor(owner: TokenOwner, presented: Secret): Promise<LiveToken> {
    const provider = this.#options.providers.get(owner.provider);
    const view = await this.#options.store.view(provider.realm, owner.subject);
    const current = view?.current;
    if (current?.accessToken().reveal() !== presented.reveal()) return this.#token(owner);
    switch (await this.#probe(provider, presented, current.nonce)) {
      case 'accepted':
        return this.#handOut(current, false, false);
      case 'refused':
        return this.#token({ ...owner, rejected: presented });
      case 'unreachable':
        throw new KeeperError('upstream_unavailable', 'The provider cannot be asked about this token now.', {
          retryAfterMs: 2_000,
        });
    }
  }

  /**
   * Renews a grant ahead of need: whoever asks meanwhile waits for this renewal. Nothing is done where a newer credential
   * than the one that was due is there already, or the subject has left; and no account is made anew.
   *
   * @returns why it could not be renewed now
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

  /** Begins nothing new, and resolves when every exchange in flight has been answered and stored. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#renewals.idle();
  }

  /** How many renewals are under way. */
  get underWay(): number {
    return this.#renewals.size;
  }

  /** Keeps every answer that the store has not taken yet beside it, for a process that can't wait. */
  async rescueAnswers(): Promise<void> {
    await this.#means.inHand.keepAll(this.#options.rescue, this.#observer);
  }

  async #renewed(
    provider: Provider,
    request: TokenRequest,
    demand: StandingDemand,
    created: boolean,
  ): Promise<Credential> {
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
        const served = serve(view, failure, demand, clock.now());
        if (served !== undefined) return served;
      }
    } finally {
      answered.abort();
    }
  }

  #handOut(credential: Credential, refreshed: boolean, created: boolean): LiveToken {
    this.#observer.handedOut(credential);
    const { tokenType, expiresAt } = credential;
    return { accessToken: credential.accessToken(), tokenType, expiresAt, refreshed, created };
  }

  /** Three tabs that ask about one token cost one question. */
  async #probe(provider: Provider, token: Secret, nonce: string) {
    const probe = provider.probe?.bind(provider);
    if (probe === undefined) return 'refused';
    return this.#probes.join(nonce, () => probe(token));
  }
}

/** The credential to answer with; undefined where another's renewal has ended without what this caller needs. */
function serve(
  view: GrantView | undefined,
  failure: KeeperError | undefined,
  demand: StandingDemand,
  now: number,
): Credential | undefined {
  if (view?.current !== undefined && satisfies(view, demand, now)) return view.current;
  if (failure === undefined) return undefined;
  if (view?.current !== undefined && tolerates(view, demand, now)) return view.current;
  throw failure;
}

/**
 * Callers of one grant share one renewal. Before there is an account, only callers who would create the same one do:
 * one's taken e-mail must not be another's failure.
 */
function flightKey(request: Pick<TokenRequest, 'provider' | 'subject' | 'applicant'>, created: boolean): string {
  const { provider, subject, applicant } = request;
  return JSON.stringify(created ? [provider, subject, applicant?.email, applicant?.timeZone] : [provider, subject]);
}
