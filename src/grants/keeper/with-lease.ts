import type { Clock } from '../clock.ts';
import type { ExchangeBounds } from '../exchange.ts';

/** The dependencies of keeping a lease. */
export interface LeaseDependencies {
  readonly clock: Pick<Clock, 'every'>;
  readonly bounds: Pick<ExchangeBounds, 'renewMs'>;
}

/**
 * Keeps a lease that is already held for as long as `work` takes. A failed renewal is not reported: at worst it costs
 * the lease, and a former holder cannot change anything that belongs to the next one.
 *
 * @param renew renews the lease once; called every `bounds.renewMs` milliseconds
 * @returns the result of `work`
 * @throws the error of `work`
 */
export async function withLease<Result>(
  { clock, bounds }: LeaseDependencies,
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
