import { X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readPrivateKey, signingAlgorithms } from '../../providers/oauth-2/client-key.ts';
import type { DefinedProvider } from '../../providers/family.ts';
import { Secret } from '../../secret.ts';
import { parseClientSecret } from '../values.ts';
import type { Environment } from '../env.ts';
import { Refusal } from '../refusal.ts';
import type { WrittenProvider } from './schema.ts';

const NAMED_SECRET = 'Accepted: the name of the environment variable that holds the secret, not the secret itself.';
const NAMED_KEY = 'Accepted: the name of the environment variable that holds the key, not the key itself.';
const A_KEY = 'Accepted: a private key in PEM or as a JWK, for RSA, P-256, P-384, P-521 or Ed25519.';

/**
 * Reads a client secret from the variable that the file names. The message does not repeat the variable's name, since
 * somebody may have written the secret itself there.
 *
 * @throws Refusal if there is none or it cannot be one
 */
export function secretIn(environment: Environment, variable: string): Secret {
  const text = environment[variable]?.trim() ?? '';
  if (text === '') throw new Refusal('names a variable that is not set', NAMED_SECRET);
  try {
    return parseClientSecret(text);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(`names a variable whose value ${error.problem}`, error.accepted);
  }
}

/**
 * Reads the private key of a client.
 *
 * @throws Refusal if it is not there, or cannot sign as the file says
 */
export function keyIn(
  environment: Environment,
  { env, file, alg }: NonNullable<WrittenProvider['client_key']>,
): KeyObject {
  if ((env === undefined) === (file === undefined)) {
    throw new Refusal('must name either a variable or a file', 'Accepted: one of env and file.');
  }
  const text = env === undefined ? contentOf(file ?? '') : (environment[env]?.trim() ?? '');
  if (text === '') throw new Refusal(`names a ${env === undefined ? 'file' : 'variable'} that is empty`, NAMED_KEY);
  const key = keyOf(text);
  const known = signingAlgorithms(key);
  if (known.length === 0) throw new Refusal('is not a key to sign with', A_KEY);
  if (alg !== undefined && !known.includes(alg)) {
    throw new Refusal('has a key that cannot sign by that alg', `Accepted: ${known.join(', ')}.`);
  }
  return key;
}

/**
 * Reads the certificate of a client and its key.
 *
 * @throws Refusal if one is not there, or they do not belong together
 */
export function certificateIn({
  file,
  key_file: keyFile,
}: NonNullable<WrittenProvider['client_certificate']>): NonNullable<DefinedProvider['clientCertificate']> {
  const certificate = contentOf(file);
  const text = contentOf(keyFile);
  const key = keyOf(text);
  let belongs: boolean;
  try {
    belongs = new X509Certificate(certificate).checkPrivateKey(key);
  } catch {
    throw new Refusal('names a file that holds no certificate', 'Accepted: a certificate in PEM.');
  }
  if (belongs) return { certificate, key: new Secret(text) };
  throw new Refusal('has a key that is not the one of its certificate', 'Accepted: the two files of one certificate.');
}

function keyOf(text: string): KeyObject {
  try {
    return readPrivateKey(new Secret(text));
  } catch {
    throw new Refusal('does not lead to a private key', A_KEY);
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    // The path is not repeated, since somebody may have written the key itself there.
    throw new Refusal('names a file that cannot be read', 'Accepted: the path of a file, not what is in it.', {
      cause,
    });
  }
}
