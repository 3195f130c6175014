import { DEFAULT_BOUNDS } from '../../../src/grants/exchange.ts';
import { Keeper } from '../../../src/grants/keeper/keeper.ts';
import type { LiveToken, TokenRequest } from '../../../src/grants/keeper/live-token.ts';
import { NO_OBSERVER, type ExchangeReport, type GrantObserver } from '../../../src/grants/observer.ts';
import { Providers } from '../../../src/grants/providers.ts';
import type { ReplayDependencies } from '../../../src/grants/keeper/rescue.ts';
import { Successions } from '../../../src/grants/keeper/successions.ts';
import type { GrantStore } from '../../../src/grants/storage/grant-store.ts';
import { RescueFolder } from '../../../src/stores/vault/rescue-folder.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import { SUBJECT } from '../stores/one-grant.ts';
import { sqlitePlace, type SqlitePlace } from '../stores/open-test-stores.ts';
import { ringKey } from '../stores/ring-key.ts';
import type { TestClock } from '../stores/test-clock.ts';
import { HOUR_MS } from './facts.ts';
import { issuing, ScriptedProvider } from './scripted-provider.ts';

export const CALLER_WAIT_MS = 15_000;
export const GRACE_MS = 10 * 60_000;
export const CHAIN_MS = 7 * 86_400_000;
export const APPLICANT = { subject: SUBJECT, email: 'alice@example.com', name: 'Alice', timeZone: 'Europe/Rome' };

/** A keeper over a real database and a provider that does as it is told. */
export interface OpenKeeper extends AsyncDisposable {
  readonly keeper: Keeper;
  readonly provider: ScriptedProvider;
  readonly clock: TestClock;
  readonly place: SqlitePlace;
  readonly store: GrantStore;
  readonly successions: Successions;
  readonly rescue: RescueFolder;
  /** What replaying the rescued answers takes. */
  readonly replay: ReplayDependencies;
  /** What was reported as trouble. */
  readonly troubles: readonly string[];
  readonly reports: readonly ExchangeReport[];
  /** How often each method of the store was called since the last time it was asked. */
  storeCalls(): Record<string, number>;
  /** A token for the one subject, who has an e-mail. */
  ask(wish?: Partial<TokenRequest>): Promise<LiveToken>;
  /** As {@link OpenKeeper.ask}, the token's text alone. */
  token(wish?: Partial<TokenRequest>): Promise<string>;
  /** The first token, its account created, and time gone by until it has expired. */
  expired(): Promise<void>;
  /** One more keeper on the same database and provider, as another instance has. */
  another(): Promise<Keeper>;
}

/**
 * Opens a keeper whose provider issues tokens for an hour, until told otherwise; pages may hold them unless `pages` is false.
 *
 * @param options `observer` stands in for the one that keeps the reports
 */
export async function openKeeper(
  options: { provider?: ScriptedProvider; pages?: boolean; observer?: GrantObserver } = {},
): Promise<OpenKeeper> {
  const place = await sqlitePlace();
  const { clock } = place;
  const provider = options.provider ?? new ScriptedProvider({ script: issuing(() => clock.now(), HOUR_MS) });
  const troubles: string[] = [];
  const rescue = new RescueFolder(`${place.path}-rescue`, new Vault([ringKey('k1')]), (what) => troubles.push(what));
  const counts = new Map<string, number>();
  const reports: ExchangeReport[] = [];
  const observer: GrantObserver = options.observer ?? {
    ...NO_OBSERVER,
    exchanged: (report) => reports.push(report),
  };
  const open = async () => {
    const stores = await place.openAll();
    const { pauses } = stores;
    const store = counted(stores.grants, counts);
    const limits = { graceMs: GRACE_MS, chainMs: CHAIN_MS };
    const successions = new Successions({ store: stores.successions, provider, clock, limits });
    const keeper = new Keeper({
      store,
      providers: new Providers([provider]),
      clock,
      random: () => 0.5,
      bounds: DEFAULT_BOUNDS,
      pauses,
      rescue,
      callerWaitMs: CALLER_WAIT_MS,
      successions: options.pages === false ? undefined : successions,
      observer,
    });
    return { store, keeper, successions };
  };
  const { store, keeper, successions } = await open();
  const ask: OpenKeeper['ask'] = (wish = {}) =>
    keeper.token({ provider: provider.name, subject: SUBJECT, applicant: APPLICANT, ...wish });
  return {
    keeper,
    rescue,
    replay: { rescue, store, clock, observer: NO_OBSERVER },
    troubles,
    provider,
    clock,
    place,
    store,
    successions,
    reports,
    ask,
    token: async (wish) => (await ask(wish)).accessToken.reveal(),
    async expired() {
      await ask();
      await clock.advance(HOUR_MS);
      provider.calls.length = 0;
    },
    another: async () => (await open()).keeper,
    storeCalls() {
      const found = Object.fromEntries(counts);
      counts.clear();
      return found;
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

function counted(store: GrantStore, counts: Map<string, number>): GrantStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
        return Reflect.apply(member, target, args);
      };
    },
  });
}
