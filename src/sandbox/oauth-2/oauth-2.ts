import type { SandboxClock } from '../control/clock.ts';
import type { OAuth2Settings } from './control/settings.ts';
import type { World } from './state/world.ts';

/** The fake's current state, settings and clock, which its modules share. */
export interface OAuth2 {
  world: World;
  readonly clock: SandboxClock;
  readonly settings: { readonly values: Readonly<OAuth2Settings> };
}
