import { hash, randomBytes } from 'node:crypto';

import { Secret } from '../secret.ts';
import type { Role } from './caller.ts';
import { emailFaultOf, parseEmail, parseName } from './profile.ts';
import { parseSubject } from './subject.ts';

/** The prefix of every API key. It tells keys from JWTs and lets secret scanners find them. */
export const API_KEY_PREFIX = 'evg_';

const SECRET_BYTES = 32;
/** 32 characters, so that the low 5 bits of a random byte choose one without bias; no letter looks like a digit. */
const ID_ALPHABET = 'abcdefghjkmnpqrstuvwxyz234567890';
const ID_CHARACTERS = 8;
const API_KEY = /^evg_(?:user|server|admin)_([a-z0-9]{8})_[A-Za-z0-9_-]{43}$/;
const LONGEST_API_KEY_CHARACTERS = 'evg_server_'.length + ID_CHARACTERS + '_'.length + 43;

/** An API key as it is stored: only its SHA-256, which is enough for 256 random bits, never the key itself. */
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

/** Stores API keys. Methods reject with the store's error. */
export interface ApiKeyStore {
  /** Finds a key by its id, revoked keys included. */
  find(id: string): Promise<ApiKeyRecord | undefined>;
  /** Adds a key. Rejects if the id is taken. */
  add(record: ApiKeyRecord): Promise<void>;
  list(): Promise<ApiKeyRecord[]>;
  /**
   * Revokes a key.
   *
   * @param at epoch milliseconds
   * @returns false if there is no such key, or it was already revoked
   */
  revoke(id: string, at: number): Promise<boolean>;
}

/** Describes whom a key is for. */
export interface ApiKeyInput {
  readonly role: Role;
  /** Required for `user`, refused for the other roles. */
  readonly subject?: string | undefined;
  /** The subject's e-mail address; refused for the other roles. */
  readonly email?: string | undefined;
  /** The subject's name; for `server` and `admin` a label in listings. */
  readonly name?: string | undefined;
}

/**
 * Creates a new API key, `evg_<role>_<id>_<43 characters>`, and the record to store. The key cannot be retrieved later.
 *
 * @param now epoch milliseconds
 * @throws RangeError, with a message that can be shown, if the input contradicts itself
 */
export function mintApiKey(input: ApiKeyInput, now: number): { key: Secret; record: ApiKeyRecord } {
  const profile = checkProfile(input);
  const id = randomId();
  const key = `${API_KEY_PREFIX}${input.role}_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { key: new Secret(key), record: { id, role: input.role, ...profile, hash: hashApiKey(key), createdAt: now } };
}

/** The id in a well-formed key; undefined for any other text, however long. */
export function readApiKeyId(key: string): string | undefined {
  return key.length <= LONGEST_API_KEY_CHARACTERS ? API_KEY.exec(key)?.[1] : undefined;
}

/** The SHA-256 of the whole key. */
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
  if (emailFaultOf(email) === 'spaces') {
    throw new RangeError('The email of the key has spaces around it: leave them out.');
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
