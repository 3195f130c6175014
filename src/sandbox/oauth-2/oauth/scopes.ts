/** What consent is to when nobody says to what. */
export const USUAL_SCOPE = 'openid email profile offline_access';

/** The scopes in a text, which stand apart by spaces (RFC 6749 section 3.3). */
export function splitScope(scope: string): string[] {
  return scope.split(' ').filter((one) => one !== '');
}
