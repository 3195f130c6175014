import { badRequest } from './exceptions.ts';
import { isAtLeast, isAtMost, isNumber } from './rules.ts';
import { validate, type Fields } from './validate.ts';

const toNumber = (value: unknown): unknown => Number(value);

// Both are at most 100, so only a client's first 200 users can be listed.
const pageFields: Fields = {
  limit: { optional: true, transform: toNumber, rules: [isAtMost(100), isAtLeast(1), isNumber] },
  offset: { optional: true, transform: toNumber, rules: [isAtMost(100), isAtLeast(0), isNumber] },
};

/** Selects the managed users to list. */
export interface UserQuery {
  limit: number;
  offset: number;
  emails: string[] | undefined;
}

/**
 * Validates the query of the list of managed users.
 *
 * @throws CalException 400 if a parameter is invalid
 */
export function readUserQuery(query: URLSearchParams): UserQuery {
  const emails = readEmails(query.get('emails'));
  const { limit, offset } = validate(pageFields, Object.fromEntries(query));
  return {
    limit: typeof limit === 'number' ? limit : 50,
    offset: typeof offset === 'number' ? offset : 0,
    emails,
  };
}

function readEmails(list: string | null): string[] | undefined {
  if (list === null) return undefined;
  if (list === '') throw badRequest('emails cannot be empty.');
  const emails = list.split(',').map((email) => email.trim());
  const wrong = emails.find((email) => !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email));
  if (wrong !== undefined) throw badRequest(`Invalid email ${wrong}`);
  return emails;
}
