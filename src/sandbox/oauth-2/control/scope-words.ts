import type { Permission } from '../../page/consent-page.ts';

/** The scopes that OpenID Connect has words for. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['openid', 'Know that it is you'],
  ['email', 'See your e-mail'],
  ['profile', 'See your name'],
  ['offline_access', 'Go on while you are away'],
]);

/** What scopes let an application do, in words where there are any. */
export function permissionsOf(scopes: readonly string[]): Permission[] {
  return scopes.map((scope) => ({ words: WORDS.get(scope), scope }));
}
