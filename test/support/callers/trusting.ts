import assert from 'node:assert/strict';

import {
  type Authenticator,
  type UnauthenticatedCode,
  UnauthenticatedError,
  createAuthenticator,
} from '../../../src/callers/authenticator.ts';
import { createJwtCheck } from '../../../src/callers/jwt/check-jwt.ts';
import type { JwtTrust } from '../../../src/callers/jwt/jwt-trust.ts';
import { MemoryApiKeys } from './memory-api-keys.ts';
import { NOW } from './tokens.ts';

/** An authenticator that trusts `jwt`, at the time of the tests. */
export function trusting(jwt: JwtTrust, now: () => number = () => NOW): Authenticator {
  return createAuthenticator({ jwts: createJwtCheck(jwt, now), apiKeys: new MemoryApiKeys(), now });
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** Asserts that the credential is refused in a way that is fit to show, and gives the error. */
export async function refused(
  authenticator: Authenticator,
  token: string,
  code?: UnauthenticatedCode,
): Promise<UnauthenticatedError> {
  const error: unknown = await authenticator.authenticate(bearer(token)).then(
    () => assert.fail('It was accepted.'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UnauthenticatedError, String(error));
  if (code !== undefined) assert.equal(error.code, code);
  for (const part of token.split('.').filter((text) => text.length > 8)) assert.ok(!error.message.includes(part));
  assert.match(error.challenge, /^Bearer realm="evergrant", error="invalid_token", error_description="[^"\\]+"$/);
  return error;
}
