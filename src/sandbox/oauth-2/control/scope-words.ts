/** Descriptions of the scopes of OpenID Connect. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['openid', 'Know that it is you'],
  ['email', 'See your e-mail'],
  ['profile', 'See your name'],
  ['offline_access', 'Go on while you are away'],
]);

/** What a scope allows, in words; undefined if there are none for it. */
export function wordsOf(scope: string): string | undefined {
  return WORDS.get(scope);
}
