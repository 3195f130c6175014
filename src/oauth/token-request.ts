import type { Secret } from '../secret.ts';
import type { UpstreamCall } from './transport.ts';

/** How a client authenticates at a token endpoint (RFC 6749 section 2.3). A public client only identifies itself. */
export type ClientAuthentication =
  { readonly method: 'body' | 'basic'; readonly clientSecret: Secret } | { readonly method: 'none' };

/** A token endpoint and our client there. */
export interface TokenEndpoint {
  readonly url: string;
  readonly clientId: string;
  readonly clientAuthentication: ClientAuthentication;
  /** `form` is the standard; some providers require or prefer `json`. */
  readonly bodyFormat: 'form' | 'json';
}

/**
 * A token request (RFC 6749 sections 4.1.3 and 6), complete except for its time limit. The client authenticates in one
 * way only, and the URL contains no secret.
 *
 * @param grant `grant_type` and its parameters, unencoded
 */
export function tokenRequest(
  endpoint: TokenEndpoint,
  grant: Readonly<Record<string, string>>,
): Omit<UpstreamCall, 'timeoutMs'> {
  const { url, bodyFormat } = endpoint;
  const { headers, parameters } = authenticated(endpoint);
  const body = { ...grant, ...parameters };
  return bodyFormat === 'json'
    ? { method: 'POST', url, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
    : {
        method: 'POST',
        url,
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(body).toString(),
      };
}

function authenticated({ clientId, clientAuthentication: client }: TokenEndpoint): {
  headers: Readonly<Record<string, string>>;
  parameters: Readonly<Record<string, string>>;
} {
  switch (client.method) {
    case 'basic':
      return { headers: { authorization: basic(clientId, client.clientSecret) }, parameters: {} };
    case 'body':
      return { headers: {}, parameters: { client_id: clientId, client_secret: client.clientSecret.reveal() } };
    case 'none':
      return { headers: {}, parameters: { client_id: clientId } };
  }
}

/** Both parts are form-encoded first (RFC 6749 section 2.3.1); otherwise a colon in the id would shift the boundary. */
function basic(clientId: string, clientSecret: Secret): string {
  const credentials = `${formEncoded(clientId)}:${formEncoded(clientSecret.reveal())}`;
  return `Basic ${Buffer.from(credentials, 'ascii').toString('base64')}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
