import { type KeyObject, createHmac, generateKeyPairSync, sign } from 'node:crypto';

/** The time of these tests, in epoch milliseconds. */
export const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
export const NOW_SECONDS = NOW / 1000;
export const SECRET = 'a secret that is shared with the issuer, and long';

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const ed25519 = generateKeyPairSync('ed25519');

export type Json = Record<string, unknown>;

/** Claims of a token that is good for an hour. */
export function claimsOf(changes: Json = {}): Json {
  return { sub: 'alice', iat: NOW_SECONDS, exp: NOW_SECONDS + 3600, ...changes };
}

export function base64url(value: string | Uint8Array): string {
  return Buffer.from(value).toString('base64url');
}

/** Text that JSON.stringify would not write, such as `1e300` or a doubled key, can be given instead of an object. */
export function join(header: Json | string, claims: Json | string, signer: (input: string) => Uint8Array): string {
  const text = (part: Json | string) => (typeof part === 'string' ? part : JSON.stringify(part));
  const input = `${base64url(text(header))}.${base64url(text(claims))}`;
  return `${input}.${base64url(signer(input))}`;
}

export function hmac(secret: string | Uint8Array, bits = 256): (input: string) => Uint8Array {
  return (input) => createHmac(`sha${bits}`, secret).update(input).digest();
}

/** Signs as the algorithm says, whatever the header claims. */
export function signer(alg: string, key: KeyObject): (input: string) => Uint8Array {
  return (input) => {
    const data = Buffer.from(input);
    if (alg.startsWith('RS')) return sign(`sha${alg.slice(2)}`, data, key);
    if (alg.startsWith('PS')) {
      return sign(`sha${alg.slice(2)}`, data, { key, padding: 6, saltLength: Number(alg.slice(2)) / 8 });
    }
    return alg === 'ES256' ? sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }) : sign(null, data, key);
  };
}

export function hs256(claims: Json | string = claimsOf(), header: Json = {}, secret: string = SECRET): string {
  return join({ alg: 'HS256', typ: 'JWT', ...header }, claims, hmac(secret));
}

export function rs256(claims: Json | string = claimsOf(), header: Json = {}, key: KeyObject = rsa.privateKey): string {
  return join({ alg: 'RS256', typ: 'JWT', ...header }, claims, signer('RS256', key));
}

export function pem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' });
}

export function jwk(key: KeyObject, changes: Json = {}): Json {
  return { ...key.export({ format: 'jwk' }), ...changes };
}
