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
 * The access tokens opened last, one per grant, because opening is the most expensive part of a call that finds its
 * token live. The result depends only on the place and the sealed bytes. Both are compared, so no entry goes stale, and
 * altered, moved or swapped bytes are not found.
 */
export class OpenedTokens {
  readonly #byGrant = new LRUCache<string, Opened>({
    max: MOST_GRANTS,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ sealed }) => sealed.length,
  });

  /** The token opened from these exact bytes of this exchange; undefined where none is cached. */
  find(sealed: Buffer, place: TokenPlace): Secret | undefined {
    const known = this.#byGrant.get(place.grantId);
    if (known?.exchangeId !== place.exchangeId) return undefined;
    return sealed.equals(known.sealed) ? known.token : undefined;
  }

  remember(sealed: Buffer, place: TokenPlace, token: Secret): void {
    // A copy: the row's bytes may be part of a much larger buffer, or be overwritten.
    this.#byGrant.set(place.grantId, { exchangeId: place.exchangeId, sealed: new Uint8Array(sealed), token });
  }
}
