import type { SandboxClock } from '../control/clock.ts';
import type { CalComSettings } from './control/settings.ts';
import type { World } from './state/world.ts';

/** The fake's current state, settings and clock, which its modules share. */
export interface CalCom {
  world: World;
  readonly clock: SandboxClock;
  readonly settings: { readonly values: Readonly<CalComSettings> };
}
