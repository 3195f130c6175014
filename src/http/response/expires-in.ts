/** The remaining life in whole seconds, rounded down. `now` and `expiresAt` are in epoch milliseconds. */
export function expiresIn({ expiresAt }: { readonly expiresAt: number }, now: number): number {
  return Math.max(0, Math.floor((expiresAt - now) / 1000));
}
