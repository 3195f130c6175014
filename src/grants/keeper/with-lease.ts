import type { Clock } from '../clock.ts';
import type { ExchangeBounds } from '../exchange.ts';

/** What keeping a lease needs of the world. */
export interface LeaseMeans {
  readonly clock: Pick<Clock, 'every'>;
  readonly bounds: Pick<ExchangeBounds, 'renewMs'>;
}

/**
 * Keeps a lease that was taken already for as long as `work` takes. Nobody is told where a renewal fails: that costs the
 * claim at worst, and whoever holds a lost claim changes nothing that is another's by then.
 *
 * @param renew renews the lease once; called every `bounds.renewMs` milliseconds
 * @returns what `work` gives
 * @throws what `work` throws
 */
export async function withLease<Result>(
  { clock, bounds }: LeaseMeans,
  renew: () => Promise<void>,
  work: () => Promise<Result>,
): Promise<Result> {
  const stopRenewing = clock.every(bounds.renewMs, () => {
    renew().catch(() => undefined);
  });
  try {
    return await work();
  } finally {
    stopRenewing();
  }
}
