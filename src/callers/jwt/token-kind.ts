import { UnauthenticatedError } from '../unauthenticated-error.ts';

/** RFC 7519 section 5.1 and RFC 9068 section 2.1. */
const ACCEPTED_TYP: ReadonlySet<unknown> = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/**
 * Claims by which issuers mark tokens that are not meant for calling an API: `token_type` (Django SimpleJWT),
 * `token_use` (Amazon Cognito), `typ` (Keycloak), and those found only in an ID token (OpenID Connect Core section
 * 3.3.2.11) or a security event (RFC 8417).
 */
const MARKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  token_type: (value) => value !== 'access',
  token_use: (value) => value !== 'access',
  typ: (value) => ['ID', 'Refresh', 'Offline', 'Logout'].includes(String(value)),
  at_hash: () => true,
  c_hash: () => true,
  events: () => true,
};

/**
 * Refuses a token whose header `typ` says that it is not an access token (RFC 8725 section 3.11).
 *
 * @throws UnauthenticatedError
 */
export function refuseOtherTyp(typ: unknown): void {
  if (typ !== undefined && !ACCEPTED_TYP.has(typeof typ === 'string' ? typ.toLowerCase() : typ)) refuse();
}

/**
 * Refuses a token whose claims mark it as a refresh token, an ID token or another kind.
 *
 * @throws UnauthenticatedError
 */
export function refuseOtherKinds(claims: Readonly<Record<string, unknown>>): void {
  for (const [claim, marksOther] of Object.entries(MARKS)) {
    if (Object.hasOwn(claims, claim) && marksOther(claims[claim])) refuse();
  }
}

function refuse(): never {
  throw new UnauthenticatedError(
    'token_unacceptable',
    'This token is of another kind: a refresh token, an ID token or the like. Send the access token instead.',
  );
}
