const readAndWrite = (subject: string): string[] => [`${subject}_READ`, `${subject}_WRITE`];

/** The scopes that are enforced. */
export const SCOPES: readonly string[] = [
  ...['EVENT_TYPE', 'BOOKING', 'SCHEDULE', 'APPS', 'PROFILE'],
  ...['TEAM_EVENT_TYPE', 'TEAM_BOOKING', 'TEAM_SCHEDULE', 'TEAM_PROFILE', 'TEAM_MEMBERSHIP'],
  ...['ORG_EVENT_TYPE', 'ORG_BOOKING', 'ORG_SCHEDULE', 'ORG_PROFILE'],
].flatMap(readAndWrite);

/** The older scopes; a token that has no others may do everything. */
export const LEGACY_SCOPES: readonly string[] = ['READ_BOOKING', 'READ_PROFILE'];

/** The scopes in a `scope` parameter, which stand apart by spaces or commas. */
export function parseScopes(parameter: string | undefined): string[] {
  return (parameter ?? '').split(/[, ]+/).filter((scope) => scope !== '');
}

/** Whether a client was registered before scopes were enforced. */
export function isLegacy(clientScopes: readonly string[]): boolean {
  return clientScopes.every((scope) => LEGACY_SCOPES.includes(scope));
}

/**
 * Why a token may not call an endpoint; undefined where it may.
 * @param required the scopes that the endpoint declares; undefined where it declares none, which closes it
 */
export function refusalForScope(
  scopes: readonly string[],
  required: readonly string[] | undefined,
): string | undefined {
  if (!scopes.some((scope) => SCOPES.includes(scope))) return undefined;
  if (required === undefined) return 'insufficient_scope: this endpoint is not available for third-party OAuth tokens';
  const missing = required.filter((scope) => !scopes.includes(scope) && !isImplied(scope, scopes));
  if (missing.length === 0) return undefined;
  return `insufficient_scope: token does not have the required scopes. Required: ${missing.join(', ')}. Token has: ${scopes.join(', ')}`;
}

/** What is granted for an organization is granted for its teams. */
function isImplied(scope: string, scopes: readonly string[]): boolean {
  return scope.startsWith('TEAM_') && scopes.includes(scope.replace('TEAM_', 'ORG_'));
}
