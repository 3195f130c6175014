import { generateKeyPairSync, randomBytes } from 'node:crypto';

import { ConfigError, type Environment, loadConfig } from '../../src/config/index.ts';

export const KEY = randomBytes(32).toString('base64');
export const SECRET = 'a secret that is shared with the issuer, and long';

/** The least that starts, and changes to it. */
export function withKeys(changes: Environment = {}): Environment {
  return { EVERGRANT_ENCRYPTION_KEYS: `k1:${KEY}`, ...changes };
}

/** The problems of an environment as `variable: problem`, and the whole error. */
export function problemsOf(environment: Environment): { found: string[]; error: ConfigError } {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return { found: error.problems.map(({ variable }) => variable), error };
    throw error;
  }
  throw new Error('It was accepted.');
}

export const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
