import type { Provider } from '../../providers/provider.ts';
import { backoffMs } from '../rules/backoff.ts';
import type { Clock, Random } from '../clock.ts';
import type { ConnectionStore, OrphanedGrant } from '../storage/connection-store.ts';
import type { ExchangeBounds } from '../exchange.ts';
import type { GrantStore } from '../storage/grant-store.ts';
import { withLease } from '../keeper/with-lease.ts';

/** What ending grants is made of. */
export interface RevocationOptions {
  readonly store: ConnectionStore;
  readonly grants: GrantStore;
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly random: Random;
  readonly bounds: ExchangeBounds;
}

/** Of one provider in one round: a chore must not become a storm. */
const MOST_AT_ONCE = 20;

/**
 * Ends the grants that nobody is connected to any more: the provider is asked to revoke them until it has, and only then
 * are they erased. Until then their tokens are kept, for without them nobody could revoke anything.
 */
export class Revocation {
  readonly #options: RevocationOptions;

  constructor(options: RevocationOptions) {
    this.#options = options;
  }

  /** Takes what is due. */
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
