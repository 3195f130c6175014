import type { SandboxClock } from '../control/clock.ts';
import type { OAuth2Settings } from './control/settings.ts';
import type { World } from './state/world.ts';

/** What the parts of the fake work on: its present state, switches and time. */
export interface OAuth2 {
  world: World;
  readonly clock: SandboxClock;
  readonly settings: { readonly values: Readonly<OAuth2Settings> };
}
