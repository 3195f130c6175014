import type { LiveToken } from '../grants/keeper.ts';

/** Whole seconds of life left, never more than there are. `now` in epoch milliseconds. */
export function expiresIn(token: LiveToken, now: number): number {
  return Math.max(0, Math.floor((token.expiresAt - now) / 1000));
}
