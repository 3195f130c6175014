import type { Authorization } from '../providers/authorization.ts';
import type { Provider } from '../providers/provider.ts';
import { providerNotConfigured } from './errors.ts';

/** A provider whose accounts users link themselves. */
export type LinkableProvider = Provider & { readonly authorization: Authorization };

/** The providers of one deployment, by name and by realm. */
export class Providers {
  /** In display order. */
  readonly all: readonly Provider[];
  readonly #byName: ReadonlyMap<unknown, Provider>;
  readonly #byRealm: ReadonlyMap<string, Provider>;

  constructor(all: readonly Provider[]) {
    this.all = all;
    this.#byName = new Map(all.map((provider) => [provider.name, provider]));
    this.#byRealm = new Map(all.map((provider) => [provider.realm, provider]));
  }

  /**
   * The provider with this name.
   *
   * @throws {@link KeeperError} `provider_not_configured`
   */
  get(name: string): Provider {
    const provider = this.named(name);
    if (provider === undefined) throw providerNotConfigured(name);
    return provider;
  }

  /** The provider with this name, for a value of any type; undefined if there is none. */
  named(name: unknown): Provider | undefined {
    return this.#byName.get(name);
  }

  /** The provider of a realm; undefined if it is no longer configured, or is configured with another client. */
  find(realm: string): Provider | undefined {
    return this.#byRealm.get(realm);
  }

  /** The providers whose accounts users link themselves. */
  linkable(): LinkableProvider[] {
    return this.all.filter(isLinkable);
  }
}

/** The name of a realm's provider, configured or not: the realm's first word. */
export function providerNameOf(realm: string): string {
  return realm.split(' ', 1)[0] ?? realm;
}

function isLinkable(provider: Provider): provider is LinkableProvider {
  return provider.authorization !== undefined;
}
