/** A stable error code with its explanation. Backticks enclose code. */
export interface ExplainedCode {
  readonly code: string;
  /** The HTTP statuses it comes with; empty if it appears in a browser's address instead. */
  readonly statuses: readonly number[];
  readonly meaning: string;
  /** What the caller should do about it. */
  readonly remedy: string;
}

const explained = (statuses: readonly number[], code: string, meaning: string, remedy: string): ExplainedCode => ({
  code,
  statuses,
  meaning,
  remedy,
});

/** The Atoms refresh URL reports temporary failures as 503; the other operations use 500. */
const PASSING = [500, 503];
const LATER = 'Ask again after the seconds in `Retry-After`.';
const FIX_REQUEST = 'Mend the request: `errors` names each field that is wrong, and what is accepted.';

/** All `code` values of problems. */
export const PROBLEM_CODES: readonly ExplainedCode[] = [
  explained([400], 'invalid_request', 'A field, or a header, is not what is accepted.', FIX_REQUEST),
  explained([400], 'malformed_body', 'The body is not a JSON object.', 'Send a JSON object, or no body at all.'),
  explained([400], 'subject_required', 'A server key did not say for whom it asks.', 'Send `Evergrant-Subject`.'),
  explained(
    [400],
    'cal_email_required',
    'A Cal.com account needs an e-mail. `detail` says why that of a JWT is not used.',
    'Send `cal_email`, or a JWT with one that its issuer has verified.',
  ),
  explained([400], 'cal_email_in_use', 'That e-mail is another’s at Cal.com.', 'Send another `cal_email`.'),
  explained(
    [400],
    'return_to_not_allowed',
    '`return_to` is not one of the pages that the operator allows.',
    'Send one of `EVERGRANT_RETURN_URLS` to the letter, or leave it out.',
  ),
  explained(
    [400],
    'provider_not_linkable',
    'Users of this provider need not consent.',
    'Just ask for a token; `linkable` of `GET /api/v1/connections/` lists the others.',
  ),
  explained(
    [400],
    'link_code_invalid',
    'The `evergrant_code` is unknown, used, too old, or belongs to another user.',
    'Complete as the user who began; otherwise begin again.',
  ),
  explained([400], 'link_failed', 'The provider took its consent back in the end.', 'Begin again.'),
  explained([401], 'credentials_missing', 'There was no bearer token and no API key.', 'Send one of them.'),
  explained(
    [401],
    'credentials_invalid',
    'The token or key is not one that is trusted here.',
    'Check the key; for a JWT its issuer, audience, algorithm and signature.',
  ),
  explained([401], 'token_expired', 'The JWT is over.', 'Sign in again, or renew the JWT.'),
  explained([401], 'token_not_active', 'The JWT is not valid yet.', 'Compare the clocks of the two machines.'),
  explained([401], 'token_unacceptable', 'A claim of the JWT is missing or not acceptable.', '`detail` says which.'),
  explained(
    [401],
    'unknown_access_token',
    'That Cal.com token was not given out here, or nothing follows on it any more.',
    'Get a live one from `POST /api/v1/bookings/token/refresh/`.',
  ),
  explained([403], 'role_not_allowed', 'An admin key has no accounts of its own.', 'Use a user key or a server key.'),
  explained(
    [403],
    'subject_not_allowed',
    'A user asked for somebody else.',
    'Leave `Evergrant-Subject` out, or use a server key.',
  ),
  explained(
    [403],
    'origin_not_allowed',
    'Pages of this origin may not ask here.',
    'The operator adds it to `EVERGRANT_CORS_ORIGINS`.',
  ),
  explained([404], 'not_found', 'Nothing is served at this path.', 'Compare it with this page.'),
  explained(
    [404],
    'not_integrated',
    'The user has no Cal.com account here yet.',
    'Call `POST /api/v1/bookings/token/refresh/` first.',
  ),
  explained(
    [404],
    'not_connected',
    'The user has linked no account of this provider.',
    'Have one linked: `POST /api/v1/connections/{provider}/authorize/`.',
  ),
  explained(
    [404, 500],
    'provider_not_configured',
    'This deployment has no such provider.',
    'Check its name; the operator sets its client id and secret.',
  ),
  explained([405], 'method_not_allowed', 'The path is served with other methods.', 'Use one of those in `Allow`.'),
  explained(
    [409],
    'consent_required',
    'The user has linked no account yet.',
    'Send the browser to `authorize_url` if there is one; otherwise begin a link.',
  ),
  explained(
    [409],
    'reconnect_required',
    'The provider has ended this consent, or the token has ended and nothing can renew it; no retry helps.',
    'Have the user link the account again.',
  ),
  explained(
    [409],
    'other_account',
    'The user chose another account than the one that is linked.',
    'Ask which one is meant; to take the new one, complete again with `"replace": true`.',
  ),
  explained(
    [400],
    'malformed_request',
    'That was no HTTP/1.1.',
    'Look at what the client, or the proxy before us, sends.',
  ),
  explained([408], 'request_timeout', 'The request did not arrive in time.', 'Send it at once, whole.'),
  explained([413], 'body_too_large', 'The body is larger than 80 KiB.', 'Send less.'),
  explained(
    [415],
    'unsupported_media_type',
    'The body is compressed, or not JSON by its header.',
    'Send plain `application/json`.',
  ),
  explained([429], 'rate_limited', 'Too many requests came from there.', LATER),
  explained(
    [429],
    'too_many_links',
    'The user has begun 200 links in ten minutes.',
    `Begin one when the user wants to. ${LATER}`,
  ),
  explained([429], 'too_many_renewals', 'A live token was renewed again and again.', `Use the token. ${LATER}`),
  explained([431], 'headers_too_large', 'The headers, or the path, are larger than 16 KiB.', 'Send fewer cookies.'),
  explained([500], 'internal_error', 'Something went wrong here.', 'Try again; the operator finds it in the log.'),
  explained(
    [500],
    'linking_not_configured',
    'This deployment does not know where users come back to.',
    'The operator sets `EVERGRANT_RETURN_URLS`.',
  ),
  explained(
    PASSING,
    'provider_client_refused',
    'The provider refuses the client of this deployment.',
    'The operator checks its client id and secret, as `evergrant doctor` does.',
  ),
  explained([503], 'starting', 'The service is starting.', LATER),
  explained([503], 'stopping', 'The service is stopping; `/readyz` alone says so.', 'Go to another instance.'),
  explained(PASSING, 'upstream_unavailable', 'The provider does not answer properly.', LATER),
  explained(PASSING, 'upstream_throttled', 'The provider asks us to slow down.', LATER),
  explained(PASSING, 'upstream_slow', 'The provider is slow; the work goes on.', LATER),
  explained(
    PASSING,
    'token_expired_on_arrival',
    'The new token of the provider is over already.',
    'The operator sets the clock of the machine right.',
  ),
  explained(
    PASSING,
    'answer_unreadable',
    'The provider’s last answer cannot be read. It is kept, for it may hold the account’s tokens.',
    'The operator reads it with a newer version or definition, and `evergrant grants reread`. The user need not connect again.',
  ),
  explained(PASSING, 'store_unavailable', 'The database does not answer or cannot write.', LATER),
  explained(PASSING, 'trust_unavailable', 'The keys that JWTs are checked with cannot be fetched.', LATER),
  explained([503], 'not_ready', 'A part that every call needs does not answer.', '`detail` says which, or the log.'),
];

/** All values of `evergrant_error`, which a browser brings back to the app. */
export const BROWSER_CODES: readonly ExplainedCode[] = [
  explained([], 'access_denied', 'The user did not allow access; nothing has changed.', 'Offer to begin again.'),
  explained([], 'provider_refused', 'The provider could not ask the user.', 'Offer to begin again later.'),
  explained(
    [],
    'link_expired',
    'The link was used, opened in another browser, or is more than ten minutes old.',
    'Begin again with a new `authorize_url`.',
  ),
];
