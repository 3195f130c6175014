import { randomBytes } from 'node:crypto';
import type { OAuth2 } from '../oauth-2.ts';
import { isS256Challenge } from '../../oauth/pkce.ts';
import type { Account, Client } from '../state/records.ts';
import { isRegisteredRedirectUri, withQuery } from '../../oauth/redirect-uri.ts';
import { invalidRequest, Refusal } from './refusal.ts';
import { splitScope } from '../../oauth/scopes.ts';
import { USUAL_SCOPE } from './scopes.ts';

/** The parameters that the browser brings, with all their non-empty values. */
export type AuthorizationRequest = ReadonlyMap<string, readonly string[]>;

/** A request that is answered at its redirect URI or by a person. */
export interface Asked {
  client: Client;
  redirectUri: string;
  scope: string;
  state: string | undefined;
  codeChallenge: string | null;
  isOfflineAskedFor: boolean;
  isConsentForced: boolean;
  /** Why it is refused at the redirect URI; undefined if a person may decide. */
  refusal: Refusal | undefined;
}

/**
 * Validates a consent request.
 *
 * @throws {@link Refusal} if the browser must not be redirected (RFC 6749 section 4.1.2.1)
 */
export function judgeRequest(oauth: OAuth2, request: AuthorizationRequest): Asked {
  const client = oauth.world.clients.get(single(request, 'client_id') ?? '');
  if (client === undefined) throw invalidRequest('There is no such client.');
  const redirectUri = single(request, 'redirect_uri');
  if (redirectUri === undefined || !isRegisteredRedirectUri(redirectUri, client.redirectUris)) {
    throw invalidRequest('The redirect_uri is not one of this client.');
  }
  const first = (name: string): string | undefined => request.get(name)?.[0];
  const isPkceHeard = oauth.settings.values.pkce !== 'ignored';
  return {
    client,
    redirectUri,
    scope: first('scope') ?? USUAL_SCOPE,
    state: first('state'),
    codeChallenge: isPkceHeard ? (first('code_challenge') ?? null) : null,
    isOfflineAskedFor: first('access_type') === 'offline',
    isConsentForced: splitScope(first('prompt') ?? '').includes('consent'),
    refusal: whyRefused(oauth, request, first),
  };
}

/** The parameter's only value; undefined if it is missing or repeated. */
function single(request: AuthorizationRequest, name: string): string | undefined {
  const values = request.get(name) ?? [];
  return values.length === 1 ? values[0] : undefined;
}

function whyRefused(
  { settings }: OAuth2,
  request: AuthorizationRequest,
  first: (name: string) => string | undefined,
): Refusal | undefined {
  const { pkce, known_scopes } = settings.values;
  const repeated = [...request].find(([, values]) => values.length > 1);
  if (repeated !== undefined) return invalidRequest(`The parameter ${repeated[0]} is given more than once.`);
  const type = first('response_type');
  if (type === undefined) return invalidRequest('The parameter response_type is missing.');
  if (type !== 'code') return new Refusal(400, 'unsupported_response_type', 'The only response type is code.');
  const known = known_scopes === null ? undefined : splitScope(known_scopes);
  if (known !== undefined && !splitScope(first('scope') ?? '').every((scope) => known.includes(scope))) {
    return new Refusal(400, 'invalid_scope', `The scopes are ${known.join(' ')}.`);
  }
  if (pkce === 'ignored') return undefined;
  const challenge = first('code_challenge');
  if (challenge === undefined) {
    return pkce === 'required' ? invalidRequest('The parameter code_challenge is missing.') : undefined;
  }
  if (first('code_challenge_method') !== 'S256') return invalidRequest('The code_challenge_method must be S256.');
  return isS256Challenge(challenge) ? undefined : invalidRequest('The code_challenge is not one of S256.');
}

/** Returns where to send the browser after the account's owner granted access. */
export function allow(oauth: OAuth2, asked: Asked, account: Account, issuer: string): string {
  const { world, clock, settings } = oauth;
  const { code_ttl_seconds, granted_scopes } = settings.values;
  const now = clock.now();
  const value = `sandbox_code_${randomBytes(24).toString('base64url')}`;
  const granted = granted_scopes === null ? undefined : splitScope(granted_scopes);
  const scope = splitScope(asked.scope).filter((one) => granted?.includes(one) ?? true);
  world.addCode(
    {
      value,
      clientId: asked.client.id,
      sub: account.sub,
      scope: scope.join(' '),
      redirectUri: asked.redirectUri,
      codeChallenge: asked.codeChallenge,
      bringsRefreshToken: bringsRefreshToken(oauth, asked, account, scope),
      expiresAt: now + code_ttl_seconds * 1000,
      family: null,
    },
    now,
  );
  return sentBack(oauth, asked, issuer, { code: value, ...settings.values.callback_fields });
}

function bringsRefreshToken(
  { world, settings }: OAuth2,
  { client, isOfflineAskedFor, isConsentForced }: Asked,
  account: Account,
  scope: readonly string[],
): boolean {
  switch (settings.values.refresh_token_on_consent) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'offline_access':
      return scope.includes('offline_access');
    case 'access_type_offline': {
      const isFirst = !world.familiesOf(account.sub).some(({ clientId, ended }) => clientId === client.id && !ended);
      return isOfflineAskedFor && (isFirst || isConsentForced);
    }
  }
}

/** Returns where to send the browser after the server or the account's owner refused. */
export function refuse(oauth: OAuth2, asked: Asked, issuer: string): string {
  const { error, message } = asked.refusal ?? new Refusal(403, 'access_denied', 'The account owner denied it.');
  return sentBack(oauth, asked, issuer, { error, error_description: message });
}

function sentBack(
  { settings }: OAuth2,
  { redirectUri, state }: Asked,
  issuer: string,
  answer: Readonly<Record<string, string>>,
): string {
  return withQuery(redirectUri, { ...answer, state, iss: settings.values.iss_in_redirect ? issuer : undefined });
}
