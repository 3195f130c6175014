/** The scopes that OpenID Connect has words for. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['openid', 'Know that it is you'],
  ['email', 'See your e-mail'],
  ['profile', 'See your name'],
  ['offline_access', 'Go on while you are away'],
]);

/** What a scope lets an application do; undefined where there are no words for it. */
export function wordsOf(scope: string): string | undefined {
  return WORDS.get(scope);
}
