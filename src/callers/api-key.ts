import { hash, randomBytes } from 'node:crypto';

import { Secret } from '../secret.ts';
import type { Role } from './caller.ts';
import { parseEmail, parseName } from './profile.ts';
import { parseSubject } from './subject.ts';

/** Every API key begins so, which tells it from a JWT and lets secret scanners find it. */
export const API_KEY_PREFIX = 'evg_';

const SECRET_BYTES = 32;
/** 32 characters, so that the low 5 bits of a random byte choose one without bias; no letter is mistaken for a digit. */
const ID_ALPHABET = 'abcdefghjkmnpqrstuvwxyz234567890';
const ID_CHARACTERS = 8;
const API_KEY = /^evg_(?:user|server|admin)_([a-z0-9]{8})_[A-Za-z0-9_-]{43}$/;
const LONGEST_API_KEY_CHARACTERS = 'evg_server_'.length + ID_CHARACTERS + '_'.length + 43;

/** An API key as it is stored: never the key, only its SHA-256, which suffices for 256 random bits. */
export interface ApiKeyRecord {
  readonly id: string;
  readonly role: Role;
  readonly subject?: string;
  readonly email?: string;
  readonly name?: string;
  readonly hash: Uint8Array;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds. */
  readonly revokedAt?: number;
}

/** Where API keys are kept. */
export interface ApiKeyStore {
  /** Revoked keys are found too. */
  find(id: string): Promise<ApiKeyRecord | undefined>;
  /** Rejects where the id is taken. */
  add(record: ApiKeyRecord): Promise<void>;
  list(): Promise<ApiKeyRecord[]>;
  /** `at` in epoch milliseconds. False where there is no such key, or it was revoked before. */
  revoke(id: string, at: number): Promise<boolean>;
}

/** For whom a key is made. */
export interface ApiKeyInput {
  readonly role: Role;
  /** Required for `user`, refused for the others. */
  readonly subject?: string | undefined;
  /** The e-mail of the subject; refused for the others. */
  readonly email?: string | undefined;
  /** The name of the subject; for `server` and `admin` a label in listings. */
  readonly name?: string | undefined;
}

/**
 * Makes a new API key, `evg_<role>_<id>_<43 characters>`, and the record to store. The key can't be had again.
 * `now` in epoch milliseconds. Throws a RangeError whose message can be shown where the input contradicts itself.
 */
export function mintApiKey(input: ApiKeyInput, now: number): { key: Secret; record: ApiKeyRecord } {
  const profile = checkProfile(input);
  const id = randomId();
  const key = `${API_KEY_PREFIX}${input.role}_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { key: new Secret(key), record: { id, role: input.role, ...profile, hash: hashApiKey(key), createdAt: now } };
}

/** The id inside a well-formed key; undefined for everything else, however long. */
export function readApiKeyId(key: string): string | undefined {
  return key.length <= LONGEST_API_KEY_CHARACTERS ? API_KEY.exec(key)?.[1] : undefined;
}

/** SHA-256 of the whole key. */
export function hashApiKey(key: string): Uint8Array {
  return hash('sha256', key, 'buffer');
}

function checkProfile({ role, subject, email, name }: ApiKeyInput): Pick<ApiKeyRecord, 'subject' | 'email' | 'name'> {
  if (role === 'user' && subject === undefined) throw new RangeError('A user key needs a subject: whose key is it?');
  if (role !== 'user' && subject !== undefined) {
    throw new RangeError(
      `A key with the role ${role} is for no single subject: leave the subject out, or make a user key.`,
    );
  }
  if (role !== 'user' && email !== undefined) {
    throw new RangeError(`A key with the role ${role} has no e-mail: leave it out, or make a user key.`);
  }
  return {
    ...part('subject', subject, parseSubject, 'text of 1 to 255 characters without control characters'),
    ...part('email', email, parseEmail, 'an e-mail address'),
    ...part('name', name, parseName, 'text of 1 to 255 characters without control characters'),
  };
}

function part<K extends string>(
  field: K,
  value: string | undefined,
  parse: (value: unknown) => string | undefined,
  accepted: string,
): Partial<Record<K, string>> {
  if (value === undefined) return {};
  const parsed = parse(value);
  if (parsed === undefined) throw new RangeError(`The ${field} of the key must be ${accepted}.`);
  return { [field]: parsed } as Record<K, string>;
}

function randomId(): string {
  return Array.from(randomBytes(ID_CHARACTERS), (byte) => ID_ALPHABET.charAt(byte & 31)).join('');
}
