import type { ErrorSignal } from './definition.ts';

/** An error with any status of a range. */
export interface KnownRefusal {
  readonly from: number;
  readonly to: number;
  readonly error: string;
  /** The path of the code; default: wherever servers put their `error`. */
  readonly at?: string;
  /** What else the answer must have, so that the code can mean nothing else. */
  readonly beside?: { readonly at: string; readonly is: unknown };
}

/** An answer that was understood, whatever status the server gave it. */
const ANY = { from: 200, to: 499 } as const;
/** RFC 6749 section 5.2 has 400 and allows 401; servers add 402 and 403. */
const REFUSED = { from: 400, to: 403 } as const;

/** Codes that mean a dead refresh token at any server. */
export const KNOWN_DEAD_GRANT: readonly KnownRefusal[] = [
  // RFC 6749 section 5.2. Auth0 sends it with 403, others with 200.
  { ...ANY, error: 'invalid_grant' },
  // These name the refresh token. GitHub sends `bad_refresh_token` with 200.
  { ...ANY, error: 'bad_refresh_token' },
  { ...ANY, error: 'invalid_refresh_token' },
  // OpenID Connect Core 3.1.2.6: only the user can help. Microsoft sends them to a refresh (MSAL's
  // InteractionRequiredAuthError, read 2026-11).
  { ...REFUSED, error: 'interaction_required' },
  { ...REFUSED, error: 'consent_required' },
  { ...REFUSED, error: 'login_required' },
  // Slack's answers have `ok` and status 200. It has these words for the tokens of its other methods (its own texts as
  // prismatic-io/examples, components/slack, repeats them; seen 2026-11). Whether its token endpoint sends them is not known.
  ...['token_expired', 'token_revoked', 'account_inactive'].map((error) => ({
    ...ANY,
    error,
    beside: { at: 'ok', is: false },
  })),
  // Facebook's answers have a type and a number; 190 is a token that has ended (a copy of
  // developers.facebook.com/docs/graph-api/guides/error-handling, seen 2026-11).
  { ...ANY, error: '190', at: 'error.code', beside: { at: 'error.type', is: 'OAuthException' } },
];

/** Codes by which any server refuses our client. */
export const KNOWN_WRONG_CLIENT: readonly KnownRefusal[] = [
  // 404 and 410 come from a wrong URL or an outage, whatever their text says.
  { ...ANY, to: 403, error: 'invalid_client' },
  { ...REFUSED, error: 'unauthorized_client' },
  // GitHub and Slack, with 200.
  { ...ANY, to: 403, error: 'incorrect_client_credentials' },
  { ...ANY, to: 403, error: 'bad_client_secret' },
  { ...ANY, to: 403, error: 'invalid_client_id' },
];

/** Microsoft's word for a refresh token that is damaged (MSAL's InteractionRequiredAuthErrorCodes, read 2026-11). */
export const MICROSOFT_DEAD_GRANT: readonly ErrorSignal[] = [{ status: 400, error: 'bad_token' }];

/** Codes by which a revocation endpoint says that there is no such token (any more), so that nothing is left to revoke. */
export const KNOWN_ENDED_TOKEN: readonly KnownRefusal[] = [
  // Google, with 400, for a token that has ended or was revoked.
  { ...ANY, error: 'invalid_token' },
  { ...ANY, error: 'token_revoked' },
  { ...ANY, error: 'token_expired' },
  { ...ANY, error: 'unknown_token' },
  { ...ANY, error: 'token_not_found' },
  { ...ANY, error: 'invalid_refresh_token' },
  { ...ANY, error: 'invalid_access_token' },
];
