import * as fc from 'fast-check';
import { BOUNDS, LIFE_MS, UNRESOLVED_MS } from './bounds.ts';

/** Where the heart meets the world: every call through one of these is a point at which things go wrong. */
export type Port =
  | 'view'
  | 'claims'
  | 'open'
  | 'renew'
  | 'obtained'
  | 'failed'
  | 'note'
  | 'other'
  | 'keep'
  | 'drop'
  | 'kept'
  | 'upstream';

/** Before the call has left the process, or once it took effect and before the process hears of it. */
export type Phase = 'before' | 'after';

/** One thing that goes wrong, at the `nth` call (from 1) through a port. All times in milliseconds. */
export type Fault = {
  readonly port: Port;
  readonly nth: number;
  readonly phase: Phase;
} & (
  | { readonly what: 'crash'; readonly downMs: number; readonly isMoved: boolean }
  | { readonly what: 'pause'; readonly ms: number }
  | { readonly what: 'delay'; readonly ms: number }
  | { readonly what: 'jump'; readonly ms: number }
  /** Refuses this call and the next ones; `after` it was done. */
  | { readonly what: 'refuse'; readonly times: number }
  /** The line breaks, before or after upstream has acted. */
  | { readonly what: 'lose' }
  /** Upstream's success comes in a way that nobody can read until somebody tries again, so many milliseconds later. */
  | { readonly what: 'garble'; readonly rereadAfterMs: number }
  | { readonly what: 'say'; readonly answer: 'throttled' | 'unknown' | 'not_sent' }
  | { readonly what: 'outage'; readonly ms: number }
  /** The database is what it was so many milliseconds before: a standby that lacked the rest takes its place. */
  | { readonly what: 'revert'; readonly lagMs: number }
  /** The database's clock is set back, and stays so: a server whose clock is behind takes the place of the last one. */
  | { readonly what: 'set_back'; readonly ms: number }
);

const { leaseMs, upstreamMs } = BOUNDS;
const PAUSES = fc.constantFrom(leaseMs * 1.2, leaseMs * 0.6, upstreamMs, UNRESOLVED_MS + 2_000, 40_000, 40_000);
const DELAYS = fc.constantFrom(leaseMs * 1.5, 300, upstreamMs - 500, upstreamMs + 1_200, UNRESOLVED_MS * 2);

const PHASE = fc.constantFrom<Phase>('after', 'before');
const POINT = fc.oneof(
  { weight: 12, arbitrary: point(['upstream'], 3) },
  { weight: 3, arbitrary: point(['obtained', 'obtained', 'open', 'open', 'failed'], 3) },
  { weight: 1, arbitrary: point(['note'], 1) },
  { weight: 1, arbitrary: point(['keep', 'drop', 'kept'], 2) },
  { weight: 2, arbitrary: point(['claims', 'view'], 10) },
  { weight: 1, arbitrary: point(['renew', 'other'], 6) },
);

/** One fault; the points that matter most come most often. */
export const FAULT: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 4,
    arbitrary: struckAt(POINT, {
      what: fc.constant('crash' as const),
      downMs: fc.constantFrom(50, 500, 5_000, 30_000),
      isMoved: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: struckAt(POINT, { what: fc.constant('pause' as const), ms: PAUSES }) },
  { weight: 3, arbitrary: struckAt(point(['upstream'], 3), { what: fc.constant('delay' as const), ms: DELAYS }) },
  { weight: 1, arbitrary: struckAt(POINT, { what: fc.constant('delay' as const), ms: DELAYS }) },
  {
    weight: 2,
    arbitrary: struckAt(point(['open'], 3), { what: fc.constant('delay' as const), ms: fc.constant(leaseMs * 1.5) }),
  },
  { weight: 4, arbitrary: struckAt(point(['upstream'], 3), { what: fc.constant('lose' as const) }) },
  {
    weight: 3,
    arbitrary: struckAt(
      point(['obtained', 'obtained', 'failed', 'open', 'claims', 'view', 'note', 'keep', 'renew'], 3),
      {
        what: fc.constant('refuse' as const),
        times: fc.constantFrom(1, 2, 6, 12),
      },
    ),
  },
  {
    weight: 1,
    arbitrary: struckAt(point(['upstream'], 3), {
      what: fc.constant('say' as const),
      answer: fc.constantFrom('throttled', 'unknown', 'not_sent'),
    }),
  },
  {
    weight: 1,
    arbitrary: struckAt(point(['upstream'], 3), {
      what: fc.constant('outage' as const),
      ms: fc.constantFrom(3_000, 20_000),
    }),
  },
  {
    weight: 1,
    arbitrary: struckAt(POINT, {
      what: fc.constant('jump' as const),
      ms: fc.constantFrom(5_000, -5_000, 20_000, -20_000),
    }),
  },
);

/** One success that cannot be read; phase and port make no other sense. */
export const GARBLED: fc.Arbitrary<Fault> = fc.record({
  port: fc.constant('upstream' as const),
  nth: fc.integer({ min: 1, max: 3 }),
  phase: fc.constant('after' as const),
  what: fc.constant('garble' as const),
  rereadAfterMs: fc.constantFrom(300, 3_000, leaseMs * 2, LIFE_MS / 2, LIFE_MS * 2, 10_000_000),
});

/** One at which the database goes back in time. */
export const REVERSION: fc.Arbitrary<Fault> = struckAt(
  point(['upstream', 'upstream', 'obtained', 'obtained', 'open', 'failed', 'keep', 'view'], 3),
  { what: fc.constant('revert' as const), lagMs: fc.constantFrom(1, 20, 100, 1_000, 70_000) },
);

/** One at which the database's clock is set back. */
export const CLOCK_SET_BACK: fc.Arbitrary<Fault> = struckAt(
  point(['upstream', 'upstream', 'obtained', 'open', 'claims', 'view'], 3),
  { what: fc.constant('set_back' as const), ms: fc.constantFrom(leaseMs, UNRESOLVED_MS, 3_600_000) },
);

interface Point {
  readonly port: Port;
  readonly nth: number;
  readonly phase: Phase;
}

function point(ports: readonly Port[], most: number): fc.Arbitrary<Point> {
  return fc.record({ port: fc.constantFrom(...ports), nth: fc.integer({ min: 1, max: most }), phase: PHASE });
}

function struckAt<T extends object>(at: fc.Arbitrary<Point>, rest: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.tuple(at, fc.record(rest)).map(([where, what]) => ({ ...where, ...what }));
}
