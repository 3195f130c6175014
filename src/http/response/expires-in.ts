/** Whole seconds of life left, never more than there are. `now` and `expiresAt` in epoch milliseconds. */
export function expiresIn({ expiresAt }: { readonly expiresAt: number }, now: number): number {
  return Math.max(0, Math.floor((expiresAt - now) / 1000));
}
