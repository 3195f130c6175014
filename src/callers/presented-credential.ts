import { UnauthenticatedError } from './unauthenticated-error.ts';

/** The raw values of the two headers that can carry a credential. */
export interface CredentialHeaders {
  readonly authorization?: string | undefined;
  /** `X-API-Key`; used only if there is no `Authorization`. */
  readonly apiKey?: string | undefined;
}

/** A credential as it was sent, not verified yet. */
export interface PresentedCredential {
  readonly value: string;
  readonly from: 'authorization' | 'x-api-key';
}

const SCHEME = 'bearer ';

/**
 * Finds the credential of a request.
 *
 * @throws UnauthenticatedError if there is none, or `Authorization` is not a bearer token (RFC 6750 section 2.1)
 */
export function readCredential({ authorization, apiKey }: CredentialHeaders): PresentedCredential {
  if (authorization !== undefined && authorization !== '') {
    return { value: readBearer(authorization), from: 'authorization' };
  }
  if (apiKey !== undefined && apiKey !== '') return { value: apiKey, from: 'x-api-key' };
  throw new UnauthenticatedError(
    'credentials_missing',
    'This request carries no credential. Send Authorization: Bearer with a JWT or an API key, or the API key as X-API-Key.',
  );
}

/**
 * RFC 6750 section 2.1, with the scheme in any case (RFC 9110 section 11.1). The credential's characters are not
 * checked with a regular expression: on the warm path that would cost more than everything else.
 */
function readBearer(authorization: string): string {
  const value = authorization.slice(SCHEME.length).trimStart();
  if (value === '' || authorization.slice(0, SCHEME.length).toLowerCase() !== SCHEME) throw notBearer();
  return value;
}

function notBearer(): UnauthenticatedError {
  return new UnauthenticatedError(
    'credentials_invalid',
    'The Authorization header could not be read. It must be the word Bearer, a space, and one JWT or API key.',
  );
}
