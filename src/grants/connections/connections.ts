import type { Provider } from '../../providers/provider.ts';
import type { Clock } from '../clock.ts';
import type { Connection, ConnectionStore } from '../storage/connection-store.ts';
import { connectionKey, namedConnection, type NamedConnection } from '../connection-key.ts';
import { toFacts } from '../keeper/facts.ts';
import { standing, tolerates } from '../rules/demand.ts';
import { isRenewable, nextStep, recoveryPath } from '../rules/next-step.ts';
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
export interface ConnectionReport extends Omit<Connection, 'realm' | 'key' | 'grantId'> {
  readonly provider: string;
  /** Its name; undefined if it has none. */
  readonly connection: string | undefined;
  readonly health: Health;
  /** When the current access token expires, in epoch milliseconds; undefined if there is none. See `isLongLived`. */
  readonly expiresAt: number | undefined;
  /** False if only the user can give another token once the current one has ended, or none is left. */
  readonly renewable: boolean;
}

const LOST = { health: 'reconnect_required', expiresAt: undefined, renewable: false } as const;

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
      await store.of(
        subject,
        providers.all.map(({ realm }) => realm),
      ),
    );
  }

  /**
   * The subject's connection to one provider, by its name or without one; undefined if there is none.
   *
   * @throws {@link KeeperError} `provider_not_configured`
   */
  async find(named: NamedConnection, provider: string): Promise<ConnectionReport | undefined> {
    const { store, providers } = this.#options;
    const all = await store.of(named.subject, [providers.get(provider).realm]);
    const [report] = await this.#reports(all.filter(({ key }) => key === connectionKey(named)));
    return report;
  }

  /**
   * Ends a connection. Upkeep revokes the provider's grant once nobody else is connected to it.
   *
   * @returns false if there is no connection
   * @throws {@link KeeperError} `provider_not_configured`
   */
  async disconnect(named: NamedConnection, provider: string): Promise<boolean> {
    const { store, observer, providers } = this.#options;
    const event = await store.disconnect(providers.get(provider).realm, connectionKey(named));
    if (event === undefined) return false;
    observer.recorded(event);
    return true;
  }

  async #reports(connections: readonly Connection[]): Promise<ConnectionReport[]> {
    const reports = connections.map(async ({ realm, key, ...shown }) => {
      const provider = this.#options.providers.find(realm);
      if (provider === undefined) return undefined;
      const { connection } = namedConnection(key);
      return { ...shown, provider: provider.name, connection, ...(await this.#health(provider, key)) };
    });
    return (await Promise.all(reports)).filter((report) => report !== undefined);
  }

  /** What a caller asking for a token now would get. */
  async #health(
    provider: Provider,
    key: string,
  ): Promise<Pick<ConnectionReport, 'health' | 'expiresAt' | 'renewable'>> {
    const { grants, clock } = this.#options;
    const found = await grants.viewWithStatus(provider.realm, key);
    if (found === undefined) return LOST;
    const { view } = found;
    const { current } = view;
    const demand = standing({}, view);
    const step = nextStep(provider, await toFacts(grants, provider, found), demand, clock.now());
    const isLost =
      step.do === 'give_up' &&
      ['reconnect_required', 'account_mismatch'].includes(step.because) &&
      !tolerates(view, demand, clock.now());
    const health: Health = isLost ? 'reconnect_required' : step.do === 'back_off' ? 'retrying' : 'active';
    const renewable = current === undefined ? recoveryPath(provider) === 'self' : isRenewable(provider, current);
    return { health, expiresAt: current?.expiresAt, renewable };
  }
}
