import type { SandboxClock } from '../control/clock.ts';
import type { CalComSettings } from './control/settings.ts';
import type { World } from './state/world.ts';

/** What the parts of the fake work on: its present state, switches and time. */
export interface CalCom {
  world: World;
  readonly clock: SandboxClock;
  readonly settings: { readonly values: Readonly<CalComSettings> };
}
