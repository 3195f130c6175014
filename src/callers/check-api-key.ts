import { timingSafeEqual } from 'node:crypto';

import { LRUCache } from 'lru-cache';

import { type ApiKeyRecord, type ApiKeyStore, hashApiKey, readApiKeyId } from './api-key.ts';
import type { Caller } from './caller.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';

/** How long a revocation may take to reach the other instances, in milliseconds. */
const REMEMBERED_MS = 5_000;
const MOST_REMEMBERED = 10_000;
const NO_HASH = new Uint8Array(32);

/** Checks API keys and caches valid ones. */
export interface ApiKeyCheck {
  /**
   * Identifies the caller by its key.
   *
   * @throws UnauthenticatedError, the same whatever is wrong
   * @throws the store's error if the store fails
   */
  check(key: string): Promise<Caller>;
  /** Drops a revoked key from the cache. */
  forget(id: string): void;
}

interface Remembered {
  readonly hash: Uint8Array;
  readonly caller: Caller;
  readonly readAt: number;
}

/**
 * Creates a check of API keys against a store.
 *
 * @param now returns the time in epoch milliseconds
 */
export function createApiKeyCheck(store: ApiKeyStore, now: () => number): ApiKeyCheck {
  const remembered = new LRUCache<string, Remembered>({ max: MOST_REMEMBERED });
  let revocations = 0;
  return {
    check: async (key) => {
      const id = readApiKeyId(key);
      if (id === undefined) throw refused();
      const presented = hashApiKey(key);
      const at = now();
      const known = remembered.get(id);
      if (known !== undefined && isFresh(known, at)) {
        if (!isEqual(known.hash, presented)) throw refused();
        return known.caller;
      }
      const revocationsBefore = revocations;
      const record = await store.find(id);
      const matches = isEqual(record?.hash ?? NO_HASH, presented);
      if (record === undefined || !matches || record.revokedAt !== undefined) throw refused();
      const caller = callerOfKey(record);
      // A record read before a revocation must not be cached after it.
      if (revocations === revocationsBefore) remembered.set(id, { hash: record.hash, caller, readAt: at });
      return caller;
    },
    forget: (id) => {
      revocations += 1;
      remembered.delete(id);
    },
  };
}

/** Checks the age in both directions, because a clock may be set back. */
function isFresh({ readAt }: Remembered, at: number): boolean {
  return at >= readAt && at - readAt < REMEMBERED_MS;
}

function isEqual(stored: Uint8Array, presented: Uint8Array): boolean {
  return stored.length === presented.length && timingSafeEqual(stored, presented);
}

/** A key's e-mail address and name belong to its subject, so a key without one gives them to nobody. */
function callerOfKey({ id, role, subject, email, name }: ApiKeyRecord): Caller {
  if (role !== 'user') return { role, via: 'api_key', keyId: id };
  if (subject === undefined) throw refused();
  return {
    role,
    subject,
    ...(email !== undefined && { email }),
    ...(name !== undefined && { name }),
    via: 'api_key',
    keyId: id,
  };
}

function refused(): UnauthenticatedError {
  return new UnauthenticatedError(
    'credentials_invalid',
    'The API key is unknown or revoked. Check that it was copied whole, or ask the operator for a new one.',
  );
}
