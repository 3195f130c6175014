import type { Provider } from '../../providers/provider.ts';
import type { Clock } from '../clock.ts';
import type { Connection, ConnectionStore } from '../storage/connection-store.ts';
import { toFacts } from '../keeper/facts.ts';
import { nextStep } from '../rules/next-step.ts';
import type { GrantObserver } from '../observer.ts';
import type { Providers } from '../providers.ts';
import type { GrantStore } from '../storage/grant-store.ts';

/** What connections are made of. */
export interface ConnectionsOptions {
  readonly store: ConnectionStore;
  readonly grants: GrantStore;
  readonly providers: Providers;
  readonly clock: Clock;
  readonly observer: Pick<GrantObserver, 'recorded'>;
}

/**
 * How a connection does:
 * - `active`: a live token is there, or to be had by asking
 * - `retrying`: the provider fails just now, and is asked again by itself
 * - `reconnect_required`: its user must link the account again
 */
export type Health = 'active' | 'retrying' | 'reconnect_required';

/** A connection, for people. */
export interface ConnectionReport extends Omit<Connection, 'realm' | 'grantId'> {
  readonly provider: string;
  readonly health: Health;
  /** When the present access token ends, in epoch milliseconds; undefined where there is none. */
  readonly expiresAt: number | undefined;
}

/** What a subject is connected to. */
export class Connections {
  readonly #options: ConnectionsOptions;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** All of a subject's, in the order in which they were made. */
  async list(subject: string): Promise<ConnectionReport[]> {
    const { store, providers } = this.#options;
    return this.#reports(
      subject,
      await store.of(
        subject,
        providers.all.map(({ realm }) => realm),
      ),
    );
  }

  /**
   * One of a subject's; undefined where there is none.
   *
   * @throws {@link KeeperError} `provider_not_configured`
   */
  async find(subject: string, provider: string): Promise<ConnectionReport | undefined> {
    const [report] = await this.#reports(
      subject,
      await this.#options.store.of(subject, [this.#options.providers.get(provider).realm]),
    );
    return report;
  }

  /**
   * Ends one; what the provider granted is revoked by upkeep, once nobody else is connected to it.
   *
   * @returns false where there is none
   * @throws {@link KeeperError} `provider_not_configured`
   */
  async disconnect(subject: string, provider: string): Promise<boolean> {
    const { store, observer, providers } = this.#options;
    const event = await store.disconnect(providers.get(provider).realm, subject);
    if (event === undefined) return false;
    observer.recorded(event);
    return true;
  }

  async #reports(subject: string, connections: readonly Connection[]): Promise<ConnectionReport[]> {
    const reports = connections.map(async ({ realm, ...connection }) => {
      const provider = this.#options.providers.find(realm);
      if (provider === undefined) return undefined;
      const { health, expiresAt } = await this.#health(provider, subject);
      return { ...connection, provider: provider.name, health, expiresAt };
    });
    return (await Promise.all(reports)).filter((report) => report !== undefined);
  }

  /** What a caller who asked for a token now would meet. */
  async #health(provider: Provider, subject: string) {
    const { grants, clock } = this.#options;
    const found = await grants.viewWithStatus(provider.realm, subject);
    if (found === undefined) return { health: 'reconnect_required', expiresAt: undefined } as const;
    const { view } = found;
    const step = nextStep(provider, await toFacts(grants, provider, found), { seen: undefined }, clock.now());
    const isLost = step.do === 'give_up' && step.because === 'reconnect_required';
    const health: Health = isLost ? 'reconnect_required' : step.do === 'back_off' ? 'retrying' : 'active';
    return { health, expiresAt: view.current?.expiresAt };
  }
}
