import { parseJwtPublicKey } from './jwt-public-key.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { parseJwksUrl } from './urls.ts';
import type { VariableName } from './variables.ts';

/** Which JWTs are trusted. The HS256 secret is in `Secrets.jwtSecret`. */
export interface JwtConfig {
  /** PEM, or the JSON text of a JWK. */
  readonly publicKey?: string;
  readonly jwksUrl?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly subjectClaim: string;
  readonly emailClaim: string;
  readonly nameClaim: string;
}

const KEYS: readonly VariableName[] = ['EVERGRANT_JWT_SECRET', 'EVERGRANT_JWT_PUBLIC_KEY', 'EVERGRANT_JWKS_URL'];
const CLAIM_LIMIT_CHARACTERS = 255;

/** Decides which JWTs are trusted; undefined if no key is configured. Problems are recorded in `settings`. */
export function decideJwt(settings: Settings): JwtConfig | undefined {
  const publicKey = settings.read('EVERGRANT_JWT_PUBLIC_KEY', parseJwtPublicKey);
  const jwksUrl = settings.read('EVERGRANT_JWKS_URL', parseJwksUrl);
  const issuer = settings.read('EVERGRANT_JWT_ISSUER', parseName);
  const audience = settings.read('EVERGRANT_JWT_AUDIENCE', parseName);
  const claims = {
    subjectClaim: settings.decide('EVERGRANT_JWT_SUBJECT_CLAIM', parseName),
    emailClaim: settings.decide('EVERGRANT_JWT_EMAIL_CLAIM', parseName),
    nameClaim: settings.decide('EVERGRANT_JWT_NAME_CLAIM', parseName),
  };
  if (!KEYS.some((name) => settings.has(name))) {
    refuseWithoutKey(settings);
    return undefined;
  }
  if (settings.has('EVERGRANT_JWKS_URL')) warnOfOpenTrust(settings);
  return {
    ...(publicKey !== undefined && { publicKey }),
    ...(jwksUrl !== undefined && { jwksUrl }),
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
    ...claims,
  };
}

function refuseWithoutKey(settings: Settings): void {
  for (const name of ['EVERGRANT_JWT_ISSUER', 'EVERGRANT_JWT_AUDIENCE'] as const) {
    if (settings.has(name)) {
      settings.refuse(name, 'is set, but there is no key to check JWTs with', `Set one of ${KEYS.join(', ')} too.`);
    }
  }
}

/** Many issuers use the same keys for several apps, and some for all their customers. */
function warnOfOpenTrust(settings: Settings): void {
  const missing = (['EVERGRANT_JWT_ISSUER', 'EVERGRANT_JWT_AUDIENCE'] as const).filter((name) => !settings.has(name));
  if (missing.length > 0) {
    settings.warnings.push(
      `EVERGRANT_JWKS_URL is set without ${missing.join(' and ')}: tokens made for other apps with the same keys are accepted.`,
    );
  }
}

function parseName(text: string): string {
  if (text.length <= CLAIM_LIMIT_CHARACTERS && !/\p{Cc}/u.test(text)) return text;
  throw new Refusal(
    'is too long or holds control characters',
    `Accepted: text of 1 to ${CLAIM_LIMIT_CHARACTERS} characters.`,
  );
}
