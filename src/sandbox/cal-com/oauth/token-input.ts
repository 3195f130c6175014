import type { CalCom } from '../cal-com.ts';
import type { CodeParameters, RefreshParameters } from './exchange.ts';
import { invalidRequest } from './refusal.ts';

/** A body that passed the filter. */
export type TokenInput =
  ({ grant_type: 'authorization_code' } & CodeParameters) | ({ grant_type: 'refresh_token' } & RefreshParameters);

/**
 * Filters the body of `POST /v2/auth/oauth2/token`. A `client_secret`, even an empty one, makes it a confidential
 * client's body, otherwise it is a public client's. Other fields are refused.
 *
 * @throws OAuthRefusal
 */
export function readTokenInput(cal: CalCom, body: unknown): TokenInput {
  if (typeof body !== 'object' || body === null) throw invalidRequest('Body should be an object');
  const given = body as Record<string, unknown>;
  if (typeof given.client_id !== 'string' || given.client_id === '') throw invalidRequest('client_id is required');
  const { grant_type: grantType } = given;
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
    throw invalidRequest("grant_type must be 'authorization_code' or 'refresh_token'");
  }
  const isConfidential = 'client_secret' in given;
  const required = ['client_id', 'grant_type'];
  if (grantType === 'authorization_code') required.push('code', 'redirect_uri');
  else required.push('refresh_token');
  if (isConfidential) required.push('client_secret');
  else if (grantType === 'authorization_code') required.push('code_verifier');
  const takesVerifier =
    grantType === 'authorization_code' && cal.settings.values.oauth_confidential_pkce === 'accepted';
  const optional = isConfidential && takesVerifier ? ['code_verifier'] : [];
  const complaints = complaintsAbout(given, required, optional);
  if (complaints.length > 0) throw invalidRequest(complaints.join(', '));
  return given as unknown as TokenInput;
}

function complaintsAbout(
  given: Readonly<Record<string, unknown>>,
  required: readonly string[],
  optional: readonly string[],
): string[] {
  const extra = Object.keys(given).filter((name) => !required.includes(name) && !optional.includes(name));
  const wrong = [...required, ...optional.filter((name) => (given[name] ?? null) !== null)].filter(
    (name) => typeof given[name] !== 'string',
  );
  return [
    ...extra.map((name) => `${name} property is wrong,property ${name} should not exist `),
    ...wrong.map((name) => `${name} property is wrong,${name} must be a string `),
  ];
}
