import type { Secret } from '../secret.ts';
import type { UpstreamCall } from './transport.ts';

/**
 * How a client authenticates at a token endpoint:
 *
 * - `body`, `basic`: with its secret (RFC 6749 section 2.3.1)
 * - `basic_plain`: as `basic`, but neither part is form-encoded first
 * - `basic_and_id`: as `basic`, with `client_id` in the body as well
 * - `private_key_jwt`: with a signed assertion (RFC 7523)
 * - `none`, `tls_client_auth`: a client that only names itself; the latter's certificate is part of the connection (RFC
 *   8705)
 */
export type ClientAuthentication =
  | { readonly method: 'body' | 'basic' | 'basic_plain' | 'basic_and_id'; readonly clientSecret: Secret }
  | { readonly method: 'private_key_jwt'; readonly assertion: Secret }
  | { readonly method: 'none' | 'tls_client_auth' };

/** A token endpoint and our client there. */
export interface TokenEndpoint {
  readonly url: string;
  readonly clientId: string;
  readonly clientAuthentication: ClientAuthentication;
  /** `form` is the standard; some providers require or prefer `json`. */
  readonly bodyFormat: 'form' | 'json';
  /** Further headers, with names in lower case. They replace none of the request's own. */
  readonly headers?: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, string>>;

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * A token request (RFC 6749 sections 4.1.3 and 6), complete except for its time limit. The client authenticates in one
 * way only, and the URL contains no secret.
 *
 * @param grant `grant_type` and its parameters, unencoded
 */
export function tokenRequest(endpoint: TokenEndpoint, grant: Fields): Omit<UpstreamCall, 'timeoutMs'> {
  const { url, bodyFormat } = endpoint;
  const { headers, parameters } = authenticated(endpoint);
  const body = { ...grant, ...parameters };
  const [type, text] =
    bodyFormat === 'json'
      ? ['application/json', JSON.stringify(body)]
      : ['application/x-www-form-urlencoded', new URLSearchParams(body).toString()];
  return { method: 'POST', url, headers: { ...endpoint.headers, ...headers, 'content-type': type }, body: text };
}

function authenticated({ clientId, clientAuthentication: client }: TokenEndpoint): {
  headers: Fields;
  parameters: Fields;
} {
  switch (client.method) {
    case 'basic':
      return { headers: { authorization: basic(clientId, client.clientSecret, formEncoded) }, parameters: {} };
    case 'basic_plain':
      return { headers: { authorization: basic(clientId, client.clientSecret, (text) => text) }, parameters: {} };
    case 'basic_and_id':
      return {
        headers: { authorization: basic(clientId, client.clientSecret, formEncoded) },
        parameters: { client_id: clientId },
      };
    case 'body':
      return { headers: {}, parameters: { client_id: clientId, client_secret: client.clientSecret.reveal() } };
    case 'private_key_jwt':
      return {
        headers: {},
        parameters: {
          client_id: clientId,
          client_assertion_type: JWT_BEARER,
          client_assertion: client.assertion.reveal(),
        },
      };
    case 'none':
    case 'tls_client_auth':
      return { headers: {}, parameters: { client_id: clientId } };
  }
}

/**
 * By the standard both parts are form-encoded first (RFC 6749 section 2.3.1); otherwise a colon in the id would shift
 * the boundary.
 */
function basic(clientId: string, clientSecret: Secret, encode: (text: string) => string): string {
  const credentials = `${encode(clientId)}:${encode(clientSecret.reveal())}`;
  return `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
