import type { SandboxClock } from '../control/clock.ts';
import type { RateLimiter } from './api/rate-limit.ts';
import type { CronofySettings } from './control/settings.ts';
import type { World } from './state/world.ts';

/** What the parts of the fake work on: its present state, switches, time and request counters. */
export interface Cronofy {
  world: World;
  readonly clock: SandboxClock;
  readonly settings: { readonly values: Readonly<CronofySettings> };
  readonly limiter: RateLimiter;
}
