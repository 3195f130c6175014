import { LRUCache } from 'lru-cache';
import type { Provider } from '../../providers/provider.ts';
import { accountMismatch, KeeperError } from '../errors.ts';
import type { GrantObserver } from '../observer.ts';
import type { CheckedCredential, ConfirmationStore } from '../storage/confirmation-store.ts';
import type { ServableView } from './servable.ts';
import { SingleFlight } from './single-flight.ts';

/** The dependencies of {@link Confirmations}. */
export interface ConfirmationsOptions {
  readonly store: ConfirmationStore;
  readonly observer: GrantObserver;
}

type Verdict = 'confirmed' | 'refused';

const RETRY_AFTER_MS = 2_000;
const MOST_REMEMBERED = 10_000;

/**
 * Confirms that imported tokens are of the account that the import has named, before the first of them is handed out. A
 * token that says so itself is believed; otherwise the provider is asked, once for each, if it can be relied on to tell.
 */
export class Confirmations {
  readonly #store: ConfirmationStore;
  readonly #observer: GrantObserver;
  readonly #checks = new SingleFlight<Verdict>();
  /** The nonces of credentials that need no further check by this process. */
  readonly #passed = new LRUCache<string, true>({ max: MOST_REMEMBERED });

  constructor({ store, observer }: ConfirmationsOptions) {
    this.#store = store;
    this.#observer = observer;
  }

  /**
   * @returns `refused` if the provider doesn't accept the access token, so that another one must be had first
   * @throws {@link KeeperError} `reconnect_required` if the tokens are of another account, `upstream_unavailable` if the
   *   provider cannot be asked now
   */
  async check(provider: Provider, view: ServableView): Promise<Verdict> {
    const { nonce } = view.current;
    if (view.confirmation === undefined || this.#passed.has(nonce)) return 'confirmed';
    const verdict = await this.#checks.join(nonce, () => this.#ask(provider, view));
    if (verdict === 'confirmed') this.#passed.set(nonce, true);
    return verdict;
  }

  /** Whether the tokens themselves say whose they are, so that no provider need be asked. */
  isSaid(provider: Provider, view: ServableView): boolean {
    return this.#passed.has(view.current.nonce) || saysOf(provider, view) !== undefined;
  }

  async #ask(provider: Provider, view: ServableView): Promise<Verdict> {
    const { grantId, accountId, current } = view;
    if (accountId === undefined) return 'confirmed';
    const { exchangeId, nonce } = current;
    const checked = { grantId, accountId, exchangeId, nonce };
    const said = saysOf(provider, view);
    if (said !== undefined) return said === accountId ? 'confirmed' : this.#mismatch(provider, checked, said);
    const found = provider.confirmsImports === true ? await provider.identify?.(current.accessToken()) : undefined;
    if (found === undefined) return 'confirmed';
    if (found.kind !== 'known') {
      if (found.kind === 'refused') return 'refused';
      throw this.#unreachable(grantId, found.detail);
    }
    // Without an id of the account, nothing contradicts the import.
    if (found.accountId === undefined) return 'confirmed';
    if (found.accountId !== accountId) return this.#mismatch(provider, checked, found.accountId);
    await this.#store.noteConfirmed(checked, { ...found.shown, accountId });
    return 'confirmed';
  }

  async #mismatch(provider: Provider, checked: CheckedCredential, owner: string): Promise<never> {
    const event = await this.#store.noteMismatch(checked);
    if (event !== undefined) this.#observer.recorded(event);
    const { grantId, accountId } = checked;
    const what = `grant ${grantId} was imported as account ${accountId} of ${provider.name}, but its tokens are of ${owner}`;
    this.#observer.failed(`${what}; nothing of them is handed out. Import the right ones`, undefined);
    throw accountMismatch();
  }

  #unreachable(grantId: string, detail: string): KeeperError {
    this.#observer.failed(`whose the tokens imported for grant ${grantId} are is not known yet: ${detail}`, undefined);
    return unconfirmed();
  }
}

/** The error for imported tokens whose account cannot be confirmed now. */
export function unconfirmed(): KeeperError {
  return new KeeperError(
    'upstream_unavailable',
    'The provider does not say now whose the imported tokens are, so they are not handed out. Try again later.',
    { retryAfterMs: RETRY_AFTER_MS },
  );
}

/**
 * The account that the tokens name: the one of the access token, or another one that the refresh token names. Undefined
 * if the access token can't be read and nothing contradicts the grant.
 */
function saysOf(provider: Provider, { accountId, current }: ServableView): string | undefined {
  const refreshToken = current.refreshToken();
  const later = refreshToken && provider.readToken?.(refreshToken)?.accountId;
  if (later !== undefined && later !== accountId) return later;
  return provider.readToken?.(current.accessToken())?.accountId;
}
