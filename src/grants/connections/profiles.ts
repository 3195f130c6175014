import { LRUCache } from 'lru-cache';
import type { AccountProfile, KnownAccount } from '../../providers/provider.ts';
import type { Clock } from '../clock.ts';
import { SingleFlight } from '../keeper/single-flight.ts';
import type { Account } from '../grant.ts';
import type { Providers } from '../providers.ts';
import type { GrantStore } from '../storage/grant-store.ts';

/** How long a fetch counts as fresh, whatever the provider answered, in milliseconds. */
const FRESH_MS = 10_000;
const MOST_REMEMBERED = 10_000;

/** The dependencies of {@link Profiles}. */
export interface ProfilesOptions {
  readonly store: GrantStore;
  readonly providers: Providers;
  readonly clock: Clock;
  /**
   * Confirms that an imported account is the one of its tokens; see `Keeper.confirm`. Rejects if it is not. Undefined if
   * nothing is imported.
   */
  readonly confirm?: (provider: string, subject: string) => Promise<void>;
}

/** Shows upstream accounts as the provider shows them now, or as it last did if it cannot be reached. */
export class Profiles {
  readonly #store: GrantStore;
  readonly #providers: Providers;
  readonly #clock: Clock;
  readonly #confirm: ProfilesOptions['confirm'];
  readonly #fetches = new SingleFlight<AccountProfile | undefined>();
  /** When the provider was last asked about a grant, in epoch milliseconds. Needed for calls that it did not answer. */
  readonly #askedAt = new LRUCache<string, number>({ max: MOST_REMEMBERED });

  constructor(options: ProfilesOptions) {
    this.#store = options.store;
    this.#providers = options.providers;
    this.#clock = options.clock;
    this.#confirm = options.confirm;
  }

  /**
   * @returns undefined until the subject is integrated, and if the provider no longer has the account
   * @throws KeeperError if the account is an imported one that can't be confirmed
   */
  async profile(provider: string, subject: string): Promise<AccountProfile | undefined> {
    const realm = this.#providers.named(provider)?.realm;
    const account = realm === undefined ? undefined : await this.#store.account(realm, subject);
    if (account?.accountId === undefined || account.integratedAt === undefined) return undefined;
    const askedAt = Math.max(account.profileAt, this.#askedAt.get(account.grantId) ?? 0);
    // A negative age means that the clock was set back, so it says nothing about how long ago that was.
    const ageMs = this.#clock.now() - askedAt;
    if (ageMs >= 0 && ageMs < FRESH_MS) return account.profile;
    if (account.profileAt === 0) await this.#confirm?.(provider, subject);
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
