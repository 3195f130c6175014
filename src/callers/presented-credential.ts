import { UnauthenticatedError } from './unauthenticated-error.ts';

/** The raw values of the two headers that can carry a credential. */
export interface CredentialHeaders {
  readonly authorization?: string | undefined;
  /** `X-API-Key`; looked at only where there is no `Authorization`. */
  readonly apiKey?: string | undefined;
}

/** A credential as it was sent, not yet believed. */
export interface PresentedCredential {
  readonly value: string;
  readonly from: 'authorization' | 'x-api-key';
}

const SCHEME = 'bearer ';

/** Finds the one credential of a request. Throws an UnauthenticatedError where there is none. */
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
 * RFC 6750 section 2.1, with the scheme in any case (RFC 9110 section 11.1). No regular expression judges the letters of
 * the credential: on the warm path that would cost more than everything else.
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
