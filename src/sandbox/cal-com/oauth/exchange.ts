import { randomUUID } from 'node:crypto';
import { verifies } from '../../oauth/pkce.ts';
import { isRegisteredRedirectUri } from '../../oauth/redirect-uri.ts';
import type { CalCom } from '../cal-com.ts';
import type { Token } from '../state/records.ts';
import type { AuthorizationCode, ThirdPartyClient } from '../state/oauth-records.ts';
import { ensureApproved, invalidGrant, invalidRequest, OAuthRefusal } from './refusal.ts';
import { isOAuthToken, issueOAuthToken, type OAuthTokens } from './tokens.ts';

/** The parameters of a code exchange, named as on the wire. */
export interface CodeParameters {
  client_id: string;
  client_secret?: string | undefined;
  code: string;
  redirect_uri: string;
  code_verifier?: string | undefined;
}

/** The parameters of a refresh, named as on the wire. */
export interface RefreshParameters {
  client_id: string;
  client_secret?: string | undefined;
  refresh_token: string;
}

/**
 * Exchanges a code for tokens, with the checks in Cal.com's order (RFC 6749 section 4.1.3).
 *
 * @throws {@link OAuthRefusal}
 */
export function exchangeCode(cal: CalCom, given: CodeParameters): OAuthTokens {
  const { world, clock } = cal;
  const client = findClient(cal, given.client_id);
  const known = world.code(given.code);
  // At Cal.com a client has one redirect URI. Here it may have several, and the code records the one it was issued for.
  const isOther = known?.clientId === client.id && known.redirectUri !== given.redirect_uri;
  if (isOther || !isRegisteredRedirectUri(given.redirect_uri, client.redirectUris)) {
    throw invalidGrant('redirect_uri_mismatch');
  }
  checkSecret(client, given.client_secret);
  const code = known?.clientId === client.id && known.expiresAt > clock.now() ? known : undefined;
  // Presenting a code consumes it, even if the exchange fails.
  if (known?.clientId === client.id) world.removeCode(known);
  if (code === undefined) throw invalidGrant('code_invalid_or_expired');
  ensureApproved(client, code.userId);
  checkVerifier(client, code, given.code_verifier);
  const { clientId, userId, scopes } = code;
  const origin = { clientId, userId, scopes, issuedBy: 'consent' as const, family: randomUUID() };
  return { access: issueOAuthToken(cal, 'access', origin), refresh: issueOAuthToken(cal, 'refresh', origin) };
}

/**
 * Exchanges a refresh token for tokens, with the checks in Cal.com's order (RFC 6749 section 6).
 * @param bringsRefreshToken false to return an access token alone
 * @throws {@link OAuthRefusal}
 */
export function refreshOAuth(cal: CalCom, given: RefreshParameters, bringsRefreshToken = true): OAuthTokens {
  const { world, clock } = cal;
  const client = findClient(cal, given.client_id);
  checkSecret(client, given.client_secret);
  const token = world.token(given.refresh_token);
  const isWellFormed = token?.kind === 'refresh' && token.fate !== 'purged' && token.expiresAt > clock.now();
  if (!isWellFormed || !isOAuthToken(token)) throw invalidGrant('invalid_refresh_token');
  if (token.clientId !== client.id) throw invalidGrant('client_id_mismatch');
  ensureApproved(client, token.userId);
  if (token.fate !== 'live') throw invalidGrant('refresh_token_revoked');
  const { clientId, userId, scopes, family } = token;
  const origin = { clientId, userId, scopes, family, issuedBy: 'refresh' as const };
  world.countUse(token);
  if (!bringsRefreshToken) return { access: issueOAuthToken(cal, 'access', origin), refresh: undefined };
  if (cal.settings.values.oauth_rotation === 'single_use') endRefreshTokens(cal, token);
  return { access: issueOAuthToken(cal, 'access', origin), refresh: issueOAuthToken(cal, 'refresh', origin) };
}

/**
 * Ends every refresh token of that user and client, including the presented one, as Cal.com versions with rotation do.
 */
function endRefreshTokens({ world }: CalCom, presented: Token): void {
  world.endToken(presented, 'used');
  for (const token of world.liveTokens()) {
    const isTheirs = token.userId === presented.userId && token.clientId === presented.clientId;
    if (isTheirs && token.kind === 'refresh') world.endToken(token, 'deleted');
  }
}

function findClient({ world }: CalCom, id: string): ThirdPartyClient {
  const client = world.thirdPartyClients.get(id);
  if (client === undefined) throw new OAuthRefusal(401, 'invalid_client', 'client_not_found');
  return client;
}

/** A public client's secret is ignored. */
function checkSecret(client: ThirdPartyClient, secret: string | undefined): void {
  if (client.secret !== null && client.secret !== secret) {
    throw new OAuthRefusal(401, 'invalid_client', 'invalid_client_credentials');
  }
}

function checkVerifier(client: ThirdPartyClient, { codeChallenge }: AuthorizationCode, verifier = ''): void {
  if (client.secret !== null && codeChallenge === null) return;
  if (codeChallenge === null || verifier === '') throw invalidRequest('pkce_missing_parameters_or_invalid_method');
  if (!verifies(verifier, codeChallenge)) throw invalidGrant('pkce_verification_failed');
}
