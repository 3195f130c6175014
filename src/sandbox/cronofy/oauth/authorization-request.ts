import type { Cronofy } from '../cronofy.ts';
import type { Client, Code, LinkToken } from '../state/records.ts';

/** A valid authorization request. */
export interface AuthorizationRequest {
  client: Client;
  redirectUri: string;
  scope: string;
  delegatedScope: string | null;
  state: string | undefined;
  /** The calendar service to offer first. */
  providerName: string | undefined;
  /** Whether to ignore this browser's account. */
  avoidLinking: boolean;
  /** The account to link to, whatever the browser's account. */
  linkToken: LinkToken | undefined;
  challenge: Code['challenge'];
}

/** The outcome of validating an authorization request: accepted, redirected with an error, or shown to the person. */
export type Judgement = { request: AuthorizationRequest } | { sendTo: string } | { tell: string };

/**
 * Validates the query of `GET /oauth/authorize` (RFC 6749 section 4.1.1). Never redirects for an unknown client, or to
 * a redirect URI that is not the client's. An empty parameter counts as missing.
 */
export function judgeAuthorizationRequest(cronofy: Cronofy, query: URLSearchParams): Judgement {
  const given = (name: string): string | undefined => query.get(name) || undefined;
  const isRepeated = (name: string): boolean => query.getAll(name).length > 1;

  const client = isRepeated('client_id') ? undefined : cronofy.world.clients.get(given('client_id') ?? '');
  if (client === undefined) return { tell: 'No application is known by this client_id.' };
  const redirectUri = isRepeated('redirect_uri') ? undefined : given('redirect_uri');
  if (redirectUri === undefined || !isTaken(cronofy, redirectUri)) {
    return { tell: 'The redirect_uri is missing, is no absolute URI, or is not registered for this application.' };
  }
  const state = isRepeated('state') ? undefined : given('state');
  const refused = (error: string): Judgement => ({ sendTo: withParameters(redirectUri, { error, state }) });

  if ([...new Set(query.keys())].some(isRepeated)) return refused('invalid_request');
  const responseType = given('response_type');
  const scope = given('scope');
  if (responseType === undefined) return refused('invalid_request');
  if (responseType !== 'code') return refused('unsupported_response_type');
  // The syntax of a scope in RFC 6749 section 3.3.
  if (scope === undefined || !/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scope)) {
    return refused('invalid_scope');
  }
  const linkToken = cronofy.world.linkToken(given('link_token') ?? '');
  if (given('link_token') !== undefined && linkToken?.clientId !== client.id) return refused('invalid_request');
  const challenge = given('code_challenge');
  const method = given('code_challenge_method') ?? 'plain';
  const isOddMethod = challenge !== undefined && !['S256', 'plain'].includes(method);
  if (cronofy.settings.values.pkce === 'enforced' && isOddMethod) return refused('invalid_request');
  return {
    request: {
      client,
      redirectUri,
      scope,
      delegatedScope: given('delegated_scope') ?? null,
      state,
      providerName: given('provider_name'),
      // The Python SDK capitalizes booleans.
      avoidLinking: given('avoid_linking')?.toLowerCase() === 'true',
      linkToken,
      challenge: challenge === undefined ? null : { value: challenge, method },
    },
  };
}

/** Adds parameters to a URI's query, leaving the rest unchanged. Undefined values are left out. */
export function withParameters(uri: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(given).toString()}`;
}

function isTaken({ settings }: Cronofy, redirectUri: string): boolean {
  const { app_mode, registered_redirect_uris } = settings.values;
  if (app_mode === 'production' && !registered_redirect_uris.includes(redirectUri)) return false;
  // An absolute URI of printable ASCII without a fragment (RFC 6749 section 3.1.2).
  return URL.canParse(redirectUri) && /^[\x21\x22\x24-\x7e]+$/.test(redirectUri);
}
