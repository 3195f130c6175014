import { createHmac, randomBytes } from 'node:crypto';

/** The secret that the app under test shares with the service. */
export const JWT_SECRET = 'an end-to-end secret of more than 32 bytes';

/** A JWT (HS256) of the app's, good for an hour unless the claims say otherwise. */
export function jwt(subject: string, claims: object = {}, secret: string = JWT_SECRET): string {
  const now = Math.floor(Date.now() / 1000);
  const payload = { sub: subject, email: `${subject}@example.com`, iat: now, exp: now + 3600, ...claims };
  const input = [{ alg: 'HS256', typ: 'JWT' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** A key ring for `EVERGRANT_ENCRYPTION_KEYS`. */
export function newKeyRing(): string {
  return `k1:${randomBytes(32).toString('base64')}`;
}
