import type { Permission } from '../page/consent-page.ts';

/** Splits a scope at its spaces (RFC 6749 section 3.3). */
export function splitScope(scope: string): string[] {
  return scope.split(' ').filter((one) => one !== '');
}

/** The permissions that scopes give, without duplicates, with a description if there is one. */
export function permissionsOf(scopes: readonly string[], wordsOf: (scope: string) => string | undefined): Permission[] {
  return [...new Set(scopes)].map((scope) => ({ words: wordsOf(scope), scope }));
}
