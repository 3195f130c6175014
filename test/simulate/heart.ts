import type * as KeeperModule from '../../src/grants/keeper.ts';
import type * as RenewalsModule from '../../src/grants/renewals-ahead.ts';
import type * as RescueModule from '../../src/grants/rescue.ts';
import type * as MemoryStoreModule from './memory/memory-store.ts';

/** What is simulated: the product's own heart, or a copy that is broken in one place. */
export interface Heart {
  readonly Keeper: typeof KeeperModule.Keeper;
  readonly replayRescued: typeof RescueModule.replayRescued;
  readonly RenewalsAhead: typeof RenewalsModule.RenewalsAhead;
  readonly MemoryStore: typeof MemoryStoreModule.MemoryStore;
}

/** Loads the heart; with a query, a copy of its own that load hooks may change. */
export async function loadHeart(query = ''): Promise<Heart> {
  const at = (path: string) => new URL(`${path}${query}`, import.meta.url).href;
  const [keeper, renewals, rescue, store] = await Promise.all([
    import(at('../../src/grants/keeper.ts')) as Promise<typeof KeeperModule>,
    import(at('../../src/grants/renewals-ahead.ts')) as Promise<typeof RenewalsModule>,
    import(at('../../src/grants/rescue.ts')) as Promise<typeof RescueModule>,
    import(at('./memory/memory-store.ts')) as Promise<typeof MemoryStoreModule>,
  ]);
  return {
    Keeper: keeper.Keeper,
    RenewalsAhead: renewals.RenewalsAhead,
    replayRescued: rescue.replayRescued,
    MemoryStore: store.MemoryStore,
  };
}
