import type { Provider } from '../../providers/provider.ts';
import { PeriodicTasks, type PeriodicTask } from './periodic-tasks.ts';
import type { ConnectionStore } from '../storage/connection-store.ts';
import type { ExchangeBounds } from '../exchange.ts';
import { BITE_EVERY_MS, Forgetting } from './forgetting.ts';
import { recoveryPath } from '../rules/next-step.ts';
import type { LinkStore, VainConsentStore } from '../storage/link-store.ts';
import { Revocation } from './revocation.ts';
import type { Clock, Random } from '../clock.ts';
import type { Keeper } from '../keeper/keeper.ts';
import type { GrantObserver } from '../observer.ts';
import type { PauseStore } from '../pacing/pause.ts';
import { ProactiveRenewal } from './proactive-renewal.ts';
import { replayRescued, type Rescue } from '../keeper/rescue.ts';
import { VainConsents } from './vain-consents.ts';
import type { GrantStore } from '../storage/grant-store.ts';
import type { Successions } from '../keeper/successions.ts';
import type { UnreadStore } from '../storage/unread-store.ts';
import type { Retention, UpkeepStore } from '../storage/upkeep-store.ts';
import { rereadAfterStart } from './unread-answers.ts';
import type { Usage } from './usage.ts';

/** The stores that upkeep reads and writes. */
export interface UpkeepStores {
  readonly grants: GrantStore;
  readonly unread: UnreadStore;
  readonly upkeep: UpkeepStore;
  readonly pauses: PauseStore;
  readonly links: LinkStore;
  readonly vainConsents: VainConsentStore;
  readonly connections: ConnectionStore;
}

/** The dependencies and limits of {@link startUpkeep}. */
export interface UpkeepOptions {
  readonly keeper: Keeper;
  readonly usage: Usage;
  readonly successions: Successions | undefined;
  readonly providers: readonly Provider[];
  readonly stores: UpkeepStores;
  readonly bounds: ExchangeBounds;
  readonly rescue: Rescue;
  readonly clock: Clock;
  readonly random: Random;
  /** Further periodic tasks. */
  readonly alsoDo?: readonly PeriodicTask[];
  /** The share of a provider's limit that may be used for renewing ahead of need, from 0 to 1. */
  readonly share: number;
  /** How long history is kept. Which grants may be deleted as a whole depends on the providers. */
  readonly retention: Omit<Retention, 'irreparable'>;
  readonly observer: GrantObserver;
}

/** The background loop. */
export interface Upkeep extends AsyncDisposable {
  /** The names of the running tasks, as they read after `cannot ...`. */
  underWay(): string[];
}

const EVERY_MS = {
  renewal: 2_000,
  revoking: 5_000,
  usage: 10_000,
  vain: 10_000,
  replay: 30_000,
  lapses: 30_000,
  realms: 60_000,
};
const AT_ONCE = { lapses: 500 };

/**
 * Starts the background work: renews access tokens in use before they expire, exchanges refresh tokens before they
 * lapse, reports tokens that end and that nothing can renew, revokes grants that nobody is connected to, stores rescued answers and deletes old history. Disposing of it
 * stops it and waits for what is in progress.
 */
export function startUpkeep(options: UpkeepOptions): Upkeep {
  const { keeper, usage, successions, stores, rescue, clock, observer } = options;
  const { grants, unread, upkeep: store, pauses, links } = stores;
  const ahead = new ProactiveRenewal({
    ...options,
    store,
    pauses,
    renew: async (provider, due) => {
      await keeper.renewAhead(provider, due).catch((cause: unknown) => {
        observer.failed('cannot renew a token ahead of need', cause);
      });
    },
  });
  const revocations = new Revocation({ ...options, store: stores.connections, grants });
  const vain = new VainConsents({ ...options, store: stores.vainConsents, links });
  const forgetting = new Forgetting({
    store,
    clock,
    retention: { ...options.retention, irreparable: irreparable(options) },
  });
  const noteUsage = () =>
    Promise.all([usage.drain((credentials) => store.noteUsed(credentials)), successions?.drain()]);
  const replay = () => replayRescued({ rescue, store: grants, clock, observer });
  const chores = new PeriodicTasks({
    clock,
    observer,
    chores: [
      ...(options.alsoDo ?? []),
      { name: 'look for tokens to renew', everyMs: EVERY_MS.renewal, work: () => ahead.round() },
      { name: 'revoke what nobody is connected to', everyMs: EVERY_MS.revoking, work: () => revocations.round() },
      { name: 'note who asks, and which tokens are in use', everyMs: EVERY_MS.usage, work: noteUsage },
      { name: 'store rescued answers', everyMs: EVERY_MS.replay, work: replay },
      rereadAfterStart({ store: grants, unread, observer }, options.providers),
      { name: 'tell of refresh tokens that have lapsed', everyMs: EVERY_MS.lapses, work: () => noteLapsed(options) },
      {
        name: 'tell of tokens that end and that nothing renews',
        everyMs: EVERY_MS.lapses,
        work: () => noteExpiring(options),
      },
      { name: 'note whose credentials these are', everyMs: EVERY_MS.realms, work: () => store.noteRealms() },
      { name: 'forget what has ended', everyMs: BITE_EVERY_MS, work: () => forgetting.round() },
      { name: 'revoke consents that came to nothing', everyMs: EVERY_MS.vain, work: () => vain.round() },
    ],
  });
  return {
    underWay: () => chores.underWay,
    async [Symbol.asyncDispose]() {
      await chores[Symbol.asyncDispose]();
      await ahead.landed();
      // Usage of the last seconds; not worth failing a stop for.
      await noteUsage().catch(() => undefined);
    },
  };
}

/**
 * Realms whose grants only users can repair. Other grants are never deleted: repairing them needs their account's id.
 */
function irreparable({ providers }: UpkeepOptions): string[] {
  return providers.filter((provider) => recoveryPath(provider) !== 'self').map(({ realm }) => realm);
}

async function noteLapsed({ stores, providers, observer }: UpkeepOptions): Promise<void> {
  for (const { realm } of providers) {
    for (const event of await stores.upkeep.noteLapsed(realm, AT_ONCE.lapses)) observer.recorded(event);
  }
}

async function noteExpiring({ stores, providers, observer }: UpkeepOptions): Promise<void> {
  for (const provider of providers.filter((each) => recoveryPath(each) !== 'self')) {
    for (const event of await stores.upkeep.noteExpiring(provider.realm, AT_ONCE.lapses)) observer.recorded(event);
  }
}
