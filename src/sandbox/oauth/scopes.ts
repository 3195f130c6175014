import type { Permission } from '../page/consent-page.ts';

/** The scopes in a text, which stand apart by spaces (RFC 6749 section 3.3). */
export function splitScope(scope: string): string[] {
  return scope.split(' ').filter((one) => one !== '');
}

/** What scopes let an application do, each named once, in words where there are any. */
export function permissionsOf(scopes: readonly string[], wordsOf: (scope: string) => string | undefined): Permission[] {
  return [...new Set(scopes)].map((scope) => ({ words: wordsOf(scope), scope }));
}
