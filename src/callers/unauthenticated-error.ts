/**
 * Why a caller was refused:
 * - `credentials_missing`: no credential was sent
 * - `credentials_invalid`: the credential is not trusted here
 * - `token_expired`: the signature is valid, but the token has expired
 * - `token_not_active`: the signature is valid, but the token is not valid yet
 * - `token_unacceptable`: the signature is valid, but a claim is missing or says that the token is for something else
 */
export type UnauthenticatedCode =
  'credentials_missing' | 'credentials_invalid' | 'token_expired' | 'token_not_active' | 'token_unacceptable';

/**
 * The caller could not be authenticated (401). The message can be shown to a person, says what to do, and contains no
 * part of the credential.
 */
export class UnauthenticatedError extends Error {
  override readonly name = 'UnauthenticatedError';
  readonly code: UnauthenticatedCode;
  /** The value of `WWW-Authenticate` (RFC 6750 section 3). */
  readonly challenge: string;

  constructor(code: UnauthenticatedCode, message: string) {
    super(message);
    this.code = code;
    this.challenge = challengeFor(code, message);
  }
}

function challengeFor(code: UnauthenticatedCode, message: string): string {
  const realm = 'Bearer realm="evergrant"';
  // RFC 6750 section 3.1: a request without any credential gets no error code.
  if (code === 'credentials_missing') return realm;
  return `${realm}, error="invalid_token", error_description="${message.replaceAll(/[^\x20-\x7e]|["\\]/g, "'")}"`;
}
