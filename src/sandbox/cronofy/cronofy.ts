import type { SandboxClock } from '../control/clock.ts';
import type { RateLimiter } from './api/rate-limit.ts';
import type { CronofySettings } from './control/settings.ts';
import type { World } from './state/world.ts';

/** The fake's current state, settings, clock and request counters, which its modules share. */
export interface Cronofy {
  world: World;
  readonly clock: SandboxClock;
  readonly settings: { readonly values: Readonly<CronofySettings> };
  readonly limiter: RateLimiter;
}
