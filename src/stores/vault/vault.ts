import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { Secret } from '../../secret.ts';
import { OpenedTokens } from './opened-tokens.ts';

/** One key of the ring: 32 random bytes and a name. */
export interface RingKey {
  readonly id: string;
  readonly key: Secret;
}

/** The place of a sealed value. It opens at no other: a swapped row or column fails loudly. */
export interface SealContext {
  /** Or the id of a link, which has no exchange yet: `exchangeId` is 0 then. */
  readonly grantId: string;
  /**
   * The exchange's number in its grant; for an unread answer its nonce; for a rescued answer, the part of its file's name
   * that identifies the exchange.
   */
  readonly exchangeId: number | string;
  readonly field:
    'access_token' | 'refresh_token' | 'provider_data' | 'rescue' | 'code' | 'code_verifier' | 'answer' | 'unread';
}

/** A sealed value was tampered with, moved, or sealed under a key that the ring doesn't have. */
export class IntegrityError extends Error {
  override readonly name = 'IntegrityError';
  readonly code = 'integrity_error';
}

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals what must not be readable at rest, with AES-256-GCM: the first key of the ring seals, every key opens. The
 * layout of a sealed value: format (1 byte), length of the key's id (1 byte), the id, nonce (12 bytes), ciphertext, tag
 * (16 bytes).
 */
export class Vault {
  readonly #primary: VaultKey;
  readonly #keys: ReadonlyMap<string, VaultKey>;
  readonly #opened = new OpenedTokens();

  /**
   * @param ring at least one key; the first seals
   * @throws Error where it is empty
   */
  constructor(ring: readonly RingKey[]) {
    const keys = ring.map((each) => deriveVaultKey(each));
    const [primary] = keys;
    if (primary === undefined) throw new Error('The key ring is empty.');
    this.#primary = primary;
    this.#keys = new Map(keys.map((key) => [key.id, key]));
  }

  seal(secret: Secret, place: SealContext): Uint8Array {
    const { id, sealKey } = this.#primary;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(associatedData(place, id));
    const header = Buffer.concat([Buffer.from([FORMAT, id.length]), Buffer.from(id, 'latin1'), nonce]);
    return Buffer.concat([header, cipher.update(secret.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  /**
   * Opens a sealed value. Access tokens are cached, because they are asked for again and again; nothing else is.
   *
   * @throws {@link IntegrityError}
   */
  open(sealed: Uint8Array, place: SealContext): Secret {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (place.field !== 'access_token') return this.#unseal(bytes, place);
    const known = this.#opened.find(bytes, place);
    if (known !== undefined) return known;
    const token = this.#unseal(bytes, place);
    this.#opened.remember(bytes, place, token);
    return token;
  }

  #unseal(bytes: Buffer, place: SealContext): Secret {
    const idEnd = 2 + (bytes[1] ?? 0);
    const key = bytes[0] === FORMAT ? this.#keys.get(bytes.toString('latin1', 2, idEnd)) : undefined;
    const textStart = idEnd + NONCE_BYTES;
    const tagStart = bytes.length - TAG_BYTES;
    if (key === undefined || tagStart < textStart) throw new IntegrityError('A sealed value has no key in the ring.');
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.sealKey, bytes.subarray(idEnd, textStart))
        .setAAD(associatedData(place, key.id))
        .setAuthTag(bytes.subarray(tagStart));
      return new Secret(
        decipher.update(bytes.subarray(textStart, tagStart), undefined, 'utf8') + decipher.final('utf8'),
      );
    } catch (cause) {
      throw new IntegrityError(`The sealed ${place.field} of grant ${place.grantId} was altered or moved.`, { cause });
    }
  }

  /** The keyed hash by which an issued token is found again. */
  tokenHash(token: Secret): Uint8Array {
    return hmac(this.#primary.indexKey, token.reveal());
  }

  /** The hashes of a token under every key of the ring, for rows written before the first key became the first. */
  tokenHashes(token: Secret): Uint8Array[] {
    return [...this.#keys.values()].map((key) => hmac(key.indexKey, token.reveal()));
  }

  /**
   * Proofs that something at a provider was made for this subject by a holder of this ring; the first one is written,
   * and all are recognised.
   */
  subjectProofs(subject: string): string[] {
    return [...this.#keys.values()].map((key) => hmac(key.proofKey, subject).toString('base64url'));
  }

  /** What to store for each key, so that a wrong one is noticed before anything is written under it. */
  keyChecks(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.#keys].map(([id, key]) => [id, key.check]));
  }
}

interface VaultKey {
  readonly id: string;
  readonly sealKey: Uint8Array;
  readonly indexKey: Uint8Array;
  readonly proofKey: Uint8Array;
  readonly check: Uint8Array;
}

/** One key per purpose (RFC 5869), so that no use of the ring weakens another. */
function deriveVaultKey({ id, key }: RingKey): VaultKey {
  const bytes = Buffer.from(key.reveal(), 'base64');
  const derive = (purpose: string) => new Uint8Array(hkdfSync('sha256', bytes, '', `evergrant ${purpose}`, 32));
  return {
    id,
    sealKey: derive('seal'),
    indexKey: derive('token index'),
    proofKey: derive('subject proof'),
    check: derive('key check'),
  };
}

function associatedData(place: SealContext, keyId: string): Buffer {
  return Buffer.from(`${place.grantId}\0${place.exchangeId}\0${place.field}\0${keyId}`);
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
