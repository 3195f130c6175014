import { randomBytes } from 'node:crypto';
import { isRegisteredRedirectUri, withQuery } from '../../oauth/redirect-uri.ts';
import type { CalCom } from '../cal-com.ts';
import type { User } from '../state/records.ts';
import type { ThirdPartyClient } from '../state/oauth-records.ts';
import { ensureApproved, invalidRequest, OAuthRefusal } from './refusal.ts';
import { isLegacy, parseScopes, SCOPES } from './scopes.ts';

/** The parameters that the browser brings to the consent page. */
export type AuthorizationRequest = Readonly<Record<string, string>>;

/** A request that may be answered at its redirect URI. */
interface Asked {
  client: ThirdPartyClient;
  redirectUri: string;
  scopes: string[];
  /** Why it is refused at the redirect URI; undefined if a person may decide. */
  refusal: OAuthRefusal | undefined;
}

/**
 * Validates a consent request.
 *
 * @throws OAuthRefusal if the browser must not be redirected (RFC 6749 section 4.1.2.1)
 */
export function judgeRequest(cal: CalCom, request: AuthorizationRequest): Asked {
  const client = cal.world.thirdPartyClients.get(request.client_id ?? '');
  if (client === undefined) throw new OAuthRefusal(404, 'unauthorized_client', 'client_not_found');
  const redirectUri = request.redirect_uri ?? '';
  if (!isRegisteredRedirectUri(redirectUri, client.redirectUris)) throw invalidRequest('redirect_uri_mismatch');
  const scopes = parseScopes(request.scope);
  return { client, redirectUri, scopes, refusal: whyRefused(client, scopes, request) };
}

function whyRefused(
  client: ThirdPartyClient,
  scopes: readonly string[],
  { code_challenge: challenge, code_challenge_method: method }: AuthorizationRequest,
): OAuthRefusal | undefined {
  const invalidScope = (reason: string) => new OAuthRefusal(400, 'invalid_scope', reason);
  if (client.status === 'rejected') return new OAuthRefusal(401, 'unauthorized_client', 'client_rejected');
  if (isLegacy(client.scopes)) {
    const known = [...SCOPES, ...client.scopes];
    if (!scopes.every((scope) => known.includes(scope))) return invalidScope('unknown_scope');
  } else {
    if (scopes.length === 0) return invalidScope('scope_required');
    if (!scopes.every((scope) => client.scopes.includes(scope)))
      return invalidScope('scope_exceeds_client_registration');
  }
  if (client.secret === null && challenge === undefined) return invalidRequest('pkce_required');
  if (challenge !== undefined && method !== 'S256') return invalidRequest('invalid_code_challenge_method');
  return undefined;
}

/**
 * Returns where to send the browser after the person granted access.
 *
 * @throws OAuthRefusal if the browser must not be redirected
 */
export function allow(cal: CalCom, request: AuthorizationRequest, user: User): string {
  const { client, redirectUri, scopes, refusal } = judgeRequest(cal, request);
  if (refusal !== undefined) return refusedAt(redirectUri, refusal, request);
  ensureApproved(client, user.id);
  const value = randomBytes(40).toString('base64url');
  const now = cal.clock.now();
  cal.world.addCode(
    {
      value,
      clientId: client.id,
      userId: user.id,
      scopes,
      redirectUri,
      codeChallenge: request.code_challenge ?? null,
      expiresAt: now + cal.settings.values.oauth_code_ttl_seconds * 1000,
    },
    now,
  );
  return withQuery(redirectUri, { code: value, state: request.state });
}

/**
 * Returns where to send the browser after the person denied access.
 *
 * @throws OAuthRefusal if the browser must not be redirected
 */
export function deny(cal: CalCom, request: AuthorizationRequest): string {
  const { redirectUri } = judgeRequest(cal, request);
  return withQuery(redirectUri, { error: 'access_denied', state: request.state });
}

/** The redirect URI with the reason for the refusal. */
export function refusedAt(redirectUri: string, refusal: OAuthRefusal, { state }: AuthorizationRequest): string {
  return withQuery(redirectUri, { error: refusal.error, error_description: refusal.message, state });
}
