import type * as KeeperModule from '../../../src/grants/keeper/keeper.ts';
import type * as RenewalsModule from '../../../src/grants/upkeep/proactive-renewal.ts';
import type * as RereadModule from '../../../src/grants/keeper/reread.ts';
import type * as RescueModule from '../../../src/grants/keeper/rescue.ts';
import type * as MemoryStoreModule from '../../support/memory-store/memory-store.ts';

/** What is simulated: the product's own heart, or a copy that is broken in one place. */
export interface Heart {
  readonly Keeper: typeof KeeperModule.Keeper;
  readonly reread: typeof RereadModule.reread;
  readonly replayRescued: typeof RescueModule.replayRescued;
  readonly ProactiveRenewal: typeof RenewalsModule.ProactiveRenewal;
  readonly MemoryStore: typeof MemoryStoreModule.MemoryStore;
}

/** Loads the heart; with a query, a copy of its own that load hooks may change. */
export async function loadHeart(query = ''): Promise<Heart> {
  const at = (path: string) => new URL(`${path}${query}`, import.meta.url).href;
  const [keeper, renewals, rescue, store, reader] = await Promise.all([
    import(at('../../../src/grants/keeper/keeper.ts')) as Promise<typeof KeeperModule>,
    import(at('../../../src/grants/upkeep/proactive-renewal.ts')) as Promise<typeof RenewalsModule>,
    import(at('../../../src/grants/keeper/rescue.ts')) as Promise<typeof RescueModule>,
    import(at('../../support/memory-store/memory-store.ts')) as Promise<typeof MemoryStoreModule>,
    import(at('../../../src/grants/keeper/reread.ts')) as Promise<typeof RereadModule>,
  ]);
  return {
    Keeper: keeper.Keeper,
    ProactiveRenewal: renewals.ProactiveRenewal,
    reread: reader.reread,
    replayRescued: rescue.replayRescued,
    MemoryStore: store.MemoryStore,
  };
}
