/**
 * Why a caller was not let in. `credentials_missing`: none was sent. `credentials_invalid`: not one that is trusted
 * here. The others say that the signature is good, but `token_expired`: too late, `token_not_active`: too early,
 * `token_unacceptable`: a claim is missing or says the token is for something else.
 */
export type UnauthenticatedCode =
  'credentials_missing' | 'credentials_invalid' | 'token_expired' | 'token_not_active' | 'token_unacceptable';

/**
 * The caller could not be authenticated (a 401). The message is fit to show a person, tells what to do, and holds no
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
