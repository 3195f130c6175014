import { Secret } from '../secret.ts';
import { Refusal } from './refusal.ts';

/** A named key that seals stored tokens. */
export interface EncryptionKey {
  readonly id: string;
  /** 32 bytes as base64. */
  readonly key: Secret;
}

const KEY_BYTES = 32;
const ID = /^[A-Za-z0-9_-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;
const ACCEPTED =
  'Accepted: id:key,... with unique ids of letters, digits, _ and -, and keys of 32 bytes in base64. ' +
  'Make one with: echo "k1:$(openssl rand -base64 32)"';

/** Tells an operator with no keys how to make one. */
export const HOW_TO_MAKE_A_KEY = ACCEPTED;

/**
 * Parses the key ring; the first key seals, all open.
 *
 * @throws Refusal if an entry is malformed, weak or duplicated
 */
export function parseEncryptionKeys(text: string): readonly EncryptionKey[] {
  const keys = text.split(',').map((entry, index) => parseKey(entry.trim(), index + 1));
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new Refusal('has two keys with one id', ACCEPTED);
  if (new Set(keys.map(({ key }) => key.reveal())).size < keys.length) {
    throw new Refusal('has the same key under two ids', ACCEPTED);
  }
  return keys;
}

function parseKey(entry: string, position: number): EncryptionKey {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(colon, 0));
  const text = entry.slice(colon + 1);
  if (!ID.test(id)) throw new Refusal(`has no usable id in entry ${position}`, ACCEPTED);
  const bytes = Buffer.from(text, 'base64');
  if (!BASE64.test(text) || bytes.length !== KEY_BYTES) {
    throw new Refusal(`has no key of ${KEY_BYTES} bytes in entry ${position}`, ACCEPTED);
  }
  if (new Set(bytes).size === 1) throw new Refusal(`has a key that is not random in entry ${position}`, ACCEPTED);
  return { id, key: new Secret(bytes.toString('base64')) };
}
