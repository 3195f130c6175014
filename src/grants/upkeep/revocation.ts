import type { Provider } from '../../providers/provider.ts';
import { backoffMs } from '../rules/backoff.ts';
import type { Clock, Random } from '../clock.ts';
import type { ConnectionStore, OrphanedGrant } from '../storage/connection-store.ts';
import type { ExchangeBounds } from '../exchange.ts';
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
}

/** The limit per provider and round: a periodic task must not cause a burst. */
const MOST_AT_ONCE = 20;

/**
 * Ends grants that nobody is connected to any more. The provider is asked until it has revoked them, and only then are
 * they erased: their tokens are needed for revoking.
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
    const { store, clock, random } = this.#options;
    const verdict = await this.#asked(provider, forsaken);
    if (verdict === 'revoked') return store.erase(forsaken.exchange);
    const failures = forsaken.failures + 1;
    const retryAt = clock.now() + backoffMs(failures, undefined, random);
    await store.putBack(forsaken.exchange, { failures, retryAt, lastFailure: 'unknown' });
  }

  async #asked(provider: Provider, { exchange, tokens }: OrphanedGrant) {
    const revoke = provider.revoke?.bind(provider);
    if (revoke === undefined || tokens === undefined) return 'revoked';
    return withLease(
      this.#options,
      () => this.#options.grants.renewLease(exchange),
      () => revoke(tokens),
    );
  }
}
