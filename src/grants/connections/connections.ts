import type { Provider } from '../../providers/provider.ts';
import type { Clock } from '../clock.ts';
import type { Connection, ConnectionStore } from '../storage/connection-store.ts';
import { toFacts } from '../keeper/facts.ts';
import { nextStep } from '../rules/next-step.ts';
import type { GrantObserver } from '../observer.ts';
import type { Providers } from '../providers.ts';
import type { GrantStore } from '../storage/grant-store.ts';

/** The dependencies of {@link Connections}. */
export interface ConnectionsOptions {
  readonly store: ConnectionStore;
  readonly grants: GrantStore;
  readonly providers: Providers;
  readonly clock: Clock;
  readonly observer: Pick<GrantObserver, 'recorded'>;
}

/**
 * The health of a connection:
 * - `active`: there is a live token, or asking gives one
 * - `retrying`: the provider is failing at the moment; retries happen without the user
 * - `reconnect_required`: the user must link the account again
 */
export type Health = 'active' | 'retrying' | 'reconnect_required';

/** A connection as it is shown to people. */
export interface ConnectionReport extends Omit<Connection, 'realm' | 'grantId'> {
  readonly provider: string;
  readonly health: Health;
  /** When the current access token expires, in epoch milliseconds; undefined if there is none. */
  readonly expiresAt: number | undefined;
}

/** The connections of subjects. */
export class Connections {
  readonly #options: ConnectionsOptions;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** All connections of a subject, in the order in which they were made. */
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
   * The subject's connection to one provider; undefined if there is none.
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
   * Ends a connection. Upkeep revokes the provider's grant once nobody else is connected to it.
   *
   * @returns false if there is no connection
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

  /** What a caller asking for a token now would get. */
  async #health(provider: Provider, subject: string) {
    const { grants, clock } = this.#options;
    const found = await grants.viewWithStatus(provider.realm, subject);
    if (found === undefined) return { health: 'reconnect_required', expiresAt: undefined } as const;
    const { view } = found;
    const step = nextStep(provider, await toFacts(grants, provider, found), { seen: undefined }, clock.now());
    const isLost = step.do === 'give_up' && ['reconnect_required', 'account_mismatch'].includes(step.because);
    const health: Health = isLost ? 'reconnect_required' : step.do === 'back_off' ? 'retrying' : 'active';
    return { health, expiresAt: view.current?.expiresAt };
  }
}
