import type { Authorization } from '../providers/authorization.ts';
import type { Provider } from '../providers/provider.ts';
import { providerNotConfigured } from './errors.ts';

/** A provider whose accounts users link by themselves. */
export type LinkableProvider = Provider & { readonly authorization: Authorization };

/** The providers of one deployment, by their names and their realms. */
export class Providers {
  /** In the order in which they are shown. */
  readonly all: readonly Provider[];
  readonly #byName: ReadonlyMap<unknown, Provider>;
  readonly #byRealm: ReadonlyMap<string, Provider>;

  constructor(all: readonly Provider[]) {
    this.all = all;
    this.#byName = new Map(all.map((provider) => [provider.name, provider]));
    this.#byRealm = new Map(all.map((provider) => [provider.realm, provider]));
  }

  /**
   * The provider of that name.
   *
   * @throws {@link KeeperError} `provider_not_configured`
   */
  get(name: string): Provider {
    const provider = this.named(name);
    if (provider === undefined) throw providerNotConfigured(name);
    return provider;
  }

  /** The provider of that name, for a value that may be none; undefined where there is no such provider. */
  named(name: unknown): Provider | undefined {
    return this.#byName.get(name);
  }

  /** The provider of a realm; undefined where it is configured no more, or with another client. */
  find(realm: string): Provider | undefined {
    return this.#byRealm.get(realm);
  }

  /** Those whose accounts users link by themselves. */
  linkable(): LinkableProvider[] {
    return this.all.filter(isLinkable);
  }
}

/** The name of the provider that a realm is of, whether or not it is still configured: the realm's first word. */
export function providerNameOf(realm: string): string {
  return realm.split(' ', 1)[0] ?? realm;
}

function isLinkable(provider: Provider): provider is LinkableProvider {
  return provider.authorization !== undefined;
}
