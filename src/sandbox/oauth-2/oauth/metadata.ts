import type { OAuth2 } from '../oauth-2.ts';

/** The server's metadata (RFC 8414). */
export function metadata({ settings }: OAuth2, issuer: string): object {
  const { client_auth, iss_in_redirect, known_scopes, pkce } = settings.values;
  const methods = { any: ['client_secret_basic', 'client_secret_post'], body: ['client_secret_post'] };
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    userinfo_endpoint: `${issuer}/userinfo`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: [
      ...(client_auth === 'none'
        ? []
        : client_auth === 'any' || client_auth === 'body'
          ? methods[client_auth]
          : ['client_secret_basic']),
      'none',
    ],
    code_challenge_methods_supported: pkce === 'ignored' ? undefined : ['S256'],
    scopes_supported: known_scopes?.split(' '),
    authorization_response_iss_parameter_supported: iss_in_redirect,
  };
}
