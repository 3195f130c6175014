import type { SandboxClock } from '../control/clock.ts';
import type { CalComSettings } from './settings.ts';
import type { World } from './world.ts';

/** What the parts of the fake work on: its present state, switches and time. */
export interface CalCom {
  world: World;
  readonly clock: SandboxClock;
  readonly settings: { readonly values: Readonly<CalComSettings> };
}
