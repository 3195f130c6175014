import { LRUCache } from 'lru-cache';
import type { Secret } from '../../secret.ts';

const MOST_GRANTS = 20_000;
const MOST_BYTES = 16 * 1024 * 1024;

interface TokenPlace {
  readonly grantId: string;
  readonly exchangeId: number | string;
}

interface Opened {
  readonly exchangeId: TokenPlace['exchangeId'];
  readonly sealed: Uint8Array;
  readonly token: Secret;
}

/**
 * The access tokens that were opened last, one a grant, since opening is the dearest thing of a call that finds its token
 * live. What opening gives depends on nothing but the place and the sealed bytes. Both are compared, so nothing here
 * ever gets old, and what was altered, moved or swapped is not found.
 */
export class OpenedTokens {
  readonly #byGrant = new LRUCache<string, Opened>({
    max: MOST_GRANTS,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ sealed }) => sealed.length,
  });

  /** The token that was opened from these very bytes of this exchange; undefined where none is remembered. */
  find(sealed: Buffer, place: TokenPlace): Secret | undefined {
    const known = this.#byGrant.get(place.grantId);
    if (known?.exchangeId !== place.exchangeId) return undefined;
    return sealed.equals(known.sealed) ? known.token : undefined;
  }

  remember(sealed: Buffer, place: TokenPlace, token: Secret): void {
    // Bytes of their own: the row's may be part of a buffer that is much larger, or is written again.
    this.#byGrant.set(place.grantId, { exchangeId: place.exchangeId, sealed: new Uint8Array(sealed), token });
  }
}
