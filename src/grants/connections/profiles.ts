import { LRUCache } from 'lru-cache';
import type { AccountProfile, KnownAccount } from '../../providers/provider.ts';
import type { Clock } from '../clock.ts';
import { SingleFlight } from '../keeper/single-flight.ts';
import type { Account } from '../grant.ts';
import type { Providers } from '../providers.ts';
import type { GrantStore } from '../storage/grant-store.ts';

/** How long the provider isn't asked again, whatever it answered, in milliseconds. */
const FRESH_MS = 10_000;
const MOST_REMEMBERED = 10_000;

/** Shows upstream accounts as the provider shows them now, or as it did last where it can't be asked. */
export class Profiles {
  readonly #store: GrantStore;
  readonly #providers: Providers;
  readonly #clock: Clock;
  readonly #fetches = new SingleFlight<AccountProfile | undefined>();
  /** When the provider was last asked about a grant, in epoch milliseconds, for the times when it didn't answer. */
  readonly #askedAt = new LRUCache<string, number>({ max: MOST_REMEMBERED });

  constructor(options: { store: GrantStore; providers: Providers; clock: Clock }) {
    this.#store = options.store;
    this.#providers = options.providers;
    this.#clock = options.clock;
  }

  /** @returns undefined until the subject is integrated, and where the provider has no such account any more */
  async profile(provider: string, subject: string): Promise<AccountProfile | undefined> {
    const realm = this.#providers.named(provider)?.realm;
    const account = realm === undefined ? undefined : await this.#store.account(realm, subject);
    if (account?.accountId === undefined || account.integratedAt === undefined) return undefined;
    const askedAt = Math.max(account.profileAt, this.#askedAt.get(account.grantId) ?? 0);
    // A clock that was set back since says nothing of how long ago that was.
    const ageMs = this.#clock.now() - askedAt;
    if (ageMs >= 0 && ageMs < FRESH_MS) return account.profile;
    const { accountId, profile: noted } = account;
    const known = { accountId, subject, createdAt: noted?.createdAt ?? null, vouched: noted === undefined };
    return this.#fetches.join(account.grantId, () => this.#fetch(provider, account, known));
  }

  async #fetch(provider: string, account: Account, known: KnownAccount): Promise<AccountProfile | undefined> {
    this.#askedAt.set(account.grantId, this.#clock.now());
    const shown = await this.#providers.named(provider)?.fetchProfile?.(known);
    if (shown === 'gone') return undefined;
    if (shown === undefined || shown === 'unreachable') return account.profile;
    await this.#store.noteProfile(account.grantId, shown);
    return shown;
  }
}
