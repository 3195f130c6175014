import type { Account } from '../state/records.ts';

/** What is put in the place of names in curly braces. */
export interface Filling {
  /** Unix ms. */
  readonly now: number;
  readonly account: Account;
}

/**
 * Fills in all texts of a JSON value, however deep: `{sub}`, `{email}` and `{name}` become the account's, and a text that is
 * `{now}` the Unix time in seconds.
 */
function fillIn(value: unknown, filling: Filling): unknown {
  if (value === '{now}') return Math.floor(filling.now / 1000);
  if (typeof value === 'string') {
    const { sub, email, name } = filling.account;
    return value.replaceAll('{sub}', sub).replaceAll('{email}', email).replaceAll('{name}', name);
  }
  if (Array.isArray(value)) return value.map((each) => fillIn(each, filling));
  return typeof value === 'object' && value !== null ? fillInMembers(value, filling) : value;
}

/** The same for the members of an object. */
export function fillInMembers(value: object, filling: Filling): object {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fillIn(each, filling)]));
}
