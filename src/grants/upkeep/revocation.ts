import type { Provider, Revoked } from '../../providers/provider.ts';
import { afterNotRevoked } from '../rules/revocation-tries.ts';
import type { Clock, Random } from '../clock.ts';
import type { ConnectionStore, OrphanedGrant } from '../storage/connection-store.ts';
import type { ExchangeBounds } from '../exchange.ts';
import type { GrantObserver } from '../observer.ts';
import type { GrantStore } from '../storage/grant-store.ts';
import { withLease } from '../keeper/with-lease.ts';

/** The dependencies of {@link Revocation}. */
export interface RevocationOptions {
  readonly store: ConnectionStore;
  readonly grants: GrantStore;
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly random: Random;
  readonly bounds: ExchangeBounds;
  readonly observer: Pick<GrantObserver, 'recorded' | 'failed'>;
}

/** The limit per provider and round: a periodic task must not cause a burst. */
const MOST_AT_ONCE = 20;

/**
 * Ends grants that nobody is connected to any more. The provider is asked until it has revoked them, or refused often
 * enough, and only then are they erased: their tokens are needed for revoking.
 */
export class Revocation {
  readonly #options: RevocationOptions;

  constructor(options: RevocationOptions) {
    this.#options = options;
  }

  /**
   * Revokes what is due.
   *
   * @throws the store's error
   */
  async round(): Promise<void> {
    await Promise.all(this.#options.providers.map((provider) => this.#roundOf(provider)));
  }

  async #roundOf(provider: Provider): Promise<void> {
    for (let left = MOST_AT_ONCE; left > 0; left -= 1) {
      const forsaken = await this.#options.store.claimOrphanedGrant(provider.realm);
      if (forsaken === undefined) return;
      await this.#end(provider, forsaken);
    }
  }

  async #end(provider: Provider, forsaken: OrphanedGrant): Promise<void> {
    const { store, clock, random, observer } = this.#options;
    const { exchange } = forsaken;
    const verdict = await this.#asked(provider, forsaken);
    if (verdict.kind === 'revoked') {
      await store.erase(exchange);
      return;
    }
    const failures = forsaken.failures + 1;
    const { detail } = verdict;
    const { retryInMs, tries } = afterNotRevoked(verdict, failures, random);
    const what = `grant ${exchange.grantId} at ${provider.name} was not revoked, ${tries}`;
    if (retryInMs !== undefined) {
      observer.failed(what, new Error(detail));
      await store.putBack(exchange, { failures, retryAt: clock.now() + retryInMs, lastFailure: 'unknown' }, detail);
      return;
    }
    const event = await store.erase(exchange, detail);
    observer.failed(`${what}: its tokens are erased here and may live on there`, new Error(detail));
    if (event !== undefined) observer.recorded(event);
  }

  async #asked(provider: Provider, { exchange, tokens }: OrphanedGrant): Promise<Revoked> {
    const revoke = provider.revoke?.bind(provider);
    if (revoke === undefined || tokens === undefined) return { kind: 'revoked' };
    return withLease(
      this.#options,
      () => this.#options.grants.renewLease(exchange),
      () => revoke(tokens),
    );
  }
}
