/** What the provider said where an event is about its refusal. No default, so no row is rewritten. */
export function statements(): string[] {
  return ['alter table events add column detail text'];
}
