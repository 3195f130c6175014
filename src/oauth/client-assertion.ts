import { randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { Secret } from '../secret.ts';

/** A client that authenticates with assertions, and the key that signs them. */
export interface AssertingClient {
  readonly clientId: string;
  readonly key: KeyObject;
  /** Of RFC 7518, such as `RS256`. */
  readonly alg: string;
  /** The key's id at the server; undefined to name none. */
  readonly kid: string | undefined;
  /** Whom the assertion is for, usually the URL of the token endpoint. */
  readonly audience: string;
}

/** How long an assertion is good for: it is used at once, and clocks differ. */
const LIFE_SECONDS = 120;

/**
 * Signs an assertion for one request (RFC 7523 section 2.2). Each has an id of its own, because servers refuse one that
 * they have seen.
 *
 * @param now epoch milliseconds
 * @throws Error if the key cannot sign with the algorithm
 */
export async function clientAssertion(client: AssertingClient, now: number): Promise<Secret> {
  const { clientId, key, alg, kid, audience } = client;
  const seconds = Math.floor(now / 1000);
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(seconds)
    .setNotBefore(seconds - LIFE_SECONDS)
    .setExpirationTime(seconds + LIFE_SECONDS)
    .sign(key);
  return new Secret(assertion);
}
