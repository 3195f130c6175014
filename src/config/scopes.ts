import { Refusal } from './refusal.ts';

/** What users are asked to consent to, in the provider's own words. */
export type Scopes = readonly string[];

/** Reads scopes (RFC 6749 section 3.3), parted by spaces or commas. Throws a Refusal. */
export function parseScopes(text: string): Scopes {
  const scopes = text.split(/[ ,]+/).filter((scope) => scope !== '');
  if (scopes.length > 0 && scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))) {
    return [...new Set(scopes)];
  }
  throw new Refusal(
    'holds something that is not a scope',
    'Accepted: scopes parted by spaces, for example READ WRITE.',
  );
}
