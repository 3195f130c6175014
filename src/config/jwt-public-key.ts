import { publicKey, PublicKeyError, type PublicKeyFault } from '../callers/jwt/public-key.ts';
import { Refusal } from './refusal.ts';

const ACCEPTED =
  'Accepted: a public key as PEM (BEGIN PUBLIC KEY; line breaks may be written as \\n) or as the JSON text of one JWK; ' +
  'RSA of 2048 bits or more, P-256 or Ed25519.';

const PROBLEMS: Readonly<Record<PublicKeyFault, string>> = {
  unreadable: 'is not a public key',
  private: 'holds a private key, which must stay with the issuer',
  not_trusted: 'is of a kind, size or use that is not trusted',
};

/**
 * Parses a public key. Returns PEM with real line breaks, or the JWK's text.
 *
 * @throws Refusal if it is not a usable public key
 */
export function parseJwtPublicKey(text: string): string {
  const key = text.startsWith('{') ? text : text.replaceAll(String.raw`\r`, '').replaceAll(String.raw`\n`, '\n');
  try {
    publicKey(key);
    return key;
  } catch (error) {
    if (!(error instanceof PublicKeyError)) throw error;
    throw new Refusal(PROBLEMS[error.fault], ACCEPTED);
  }
}
