const readAndWrite = (subject: string): string[] => [`${subject}_READ`, `${subject}_WRITE`];

/**
 * The scopes that Cal.com enforces: 53 by `CALCOM_OAUTH_SCOPES` in apps/chat/lib/calcom/oauth.ts of calcom/companion, as
 * of 18 August 2026. Insights can only be read.
 */
export const SCOPES: readonly string[] = [
  ...['EVENT_TYPE', 'BOOKING', 'SCHEDULE', 'APPS', 'PROFILE', 'WEBHOOK', 'VERIFIED_RESOURCES', 'CREDITS'].flatMap(
    readAndWrite,
  ),
  'INSIGHTS_READ',
  ...[
    ...['TEAM_EVENT_TYPE', 'TEAM_BOOKING', 'TEAM_SCHEDULE', 'TEAM_PROFILE', 'TEAM_MEMBERSHIP', 'TEAM_APPS'],
    ...['TEAM_ROUTING_FORM', 'TEAM_WORKFLOW', 'TEAM_VERIFIED_RESOURCES'],
  ].flatMap(readAndWrite),
  'TEAM_INSIGHTS_READ',
  ...[
    ...['ORG_EVENT_TYPE', 'ORG_BOOKING', 'ORG_SCHEDULE', 'ORG_PROFILE', 'ORG_MEMBERSHIP', 'ORG_ROUTING_FORM'],
    ...['ORG_WEBHOOK', 'ORG_ATTRIBUTES'],
  ].flatMap(readAndWrite),
  'ORG_INSIGHTS_READ',
];

/** The legacy scopes; a token with no others may do everything. */
export const LEGACY_SCOPES: readonly string[] = ['READ_BOOKING', 'READ_PROFILE'];

/** The scopes in a `scope` parameter, separated by spaces or commas. */
export function parseScopes(parameter: string | undefined): string[] {
  return (parameter ?? '').split(/[, ]+/).filter((scope) => scope !== '');
}

/** Whether a client was registered before scopes were enforced. */
export function isLegacy(clientScopes: readonly string[]): boolean {
  return clientScopes.every((scope) => LEGACY_SCOPES.includes(scope));
}

/**
 * Why a token may not call an endpoint; undefined if it may.
 * @param required the scopes the endpoint declares; undefined if it declares none, which rejects scoped tokens
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

/** A scope granted for an organization covers its teams. */
function isImplied(scope: string, scopes: readonly string[]): boolean {
  return scope.startsWith('TEAM_') && scopes.includes(scope.replace('TEAM_', 'ORG_'));
}
