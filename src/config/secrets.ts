import { Secret } from '../secret.ts';
import { isPostgresUrl } from './database-url.ts';
import { type EncryptionKey, HOW_TO_MAKE_A_KEY, parseEncryptionKeys } from './encryption-keys.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

/** The service's own secrets; client secrets are in `Config.providers`. */
export interface Secrets {
  /** The first key seals, all keys open; at least one. */
  readonly encryptionKeys: readonly EncryptionKey[];
  /** Present exactly if `Config.database` is a Postgres. Holds its password. */
  readonly databaseUrl?: Secret;
  /** For HS256; at least 32 bytes. */
  readonly jwtSecret?: Secret;
}

const SHORTEST_JWT_SECRET_BYTES = 32;

/** Validates the secrets. Problems are recorded in `settings`. */
export function decideSecrets(settings: Settings): Secrets {
  if (!settings.has('EVERGRANT_ENCRYPTION_KEYS')) {
    settings.refuse('EVERGRANT_ENCRYPTION_KEYS', 'is not set, so no token could be stored', HOW_TO_MAKE_A_KEY);
  }
  const encryptionKeys = settings.read('EVERGRANT_ENCRYPTION_KEYS', parseEncryptionKeys) ?? [];
  const jwtSecret = settings.read('EVERGRANT_JWT_SECRET', (text) => {
    if (text !== text.trim()) {
      settings.warnings.push('EVERGRANT_JWT_SECRET begins or ends with white space, which is taken as a part of it.');
    }
    return parseJwtSecret(text);
  });
  const databaseUrl = settings.read('EVERGRANT_DATABASE_URL', (text) =>
    isPostgresUrl(text) ? new Secret(text) : undefined,
  );
  return {
    encryptionKeys,
    ...(databaseUrl !== undefined && { databaseUrl }),
    ...(jwtSecret !== undefined && { jwtSecret }),
  };
}

function parseJwtSecret(text: string): Secret {
  if (text.includes('-----BEGIN')) {
    // With a public key as HMAC secret, anybody who has that key could sign tokens.
    throw new Refusal('holds a PEM key', 'Put a public key into EVERGRANT_JWT_PUBLIC_KEY instead.');
  }
  if (Buffer.byteLength(text) < SHORTEST_JWT_SECRET_BYTES) {
    throw new Refusal(
      `is shorter than ${SHORTEST_JWT_SECRET_BYTES} bytes, so it could be guessed from one token`,
      'Accepted: the secret that the issuer signs with, 32 bytes or more. Make a new one with: openssl rand -base64 48',
    );
  }
  return new Secret(text);
}
