import { ImportLineError, refusedValue, type GivenField } from './import-fields.ts';

/** What programs print for an id that they don't have. Two users would become one under it. */
const NOTHINGS = /^(?:null|undefined|none|nan|\[object [a-z]+\])$/i;
const AROUND = /^[\s\p{Cf}]|[\s\p{Cf}]$/u;

/**
 * Checks the id of a user or an account. One with a space around it is another text than the one without, and so another
 * user.
 *
 * @param given the field; anything but text passes
 * @param meaning what it is, in words that fit after "give"
 * @throws {@link ImportLineError} if it has spaces or invisible characters around it, or is the word for no value
 */
export function checkName(given: GivenField, meaning: string): void {
  const { spelling, value } = given;
  if (typeof value !== 'string') return;
  if (AROUND.test(value)) {
    throw new ImportLineError(
      spelling,
      `"${spelling}" has a space or an invisible character at its beginning or end; give it without`,
    );
  }
  if (NOTHINGS.test(value)) throw refusedValue(given, meaning);
}
