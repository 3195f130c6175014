import type { Secret } from '../secret.ts';
import type { ExchangeName } from './exchange.ts';

/** The tokens that one exchange obtained, named after that exchange. They stay sealed until they are asked for. */
export interface Credential extends ExchangeName {
  readonly grantId: string;
  /** Epoch milliseconds, as is `expiresAt`. */
  readonly obtainedAt: number;
  /** {@link NEVER} for a token that is trusted until somebody reports it. */
  readonly expiresAt: number;
  /** Whether it has a refresh token, sealed or not. */
  readonly hasRefreshToken: boolean;
  readonly tokenType: string;
  /**
   * Unseals the access token.
   *
   * @throws an integrity error if the row was tampered with
   */
  accessToken(): Secret;
  /**
   * Unseals the refresh token; undefined if there is none.
   *
   * @throws an integrity error if the row was tampered with
   */
  refreshToken(): Secret | undefined;
  /**
   * Unseals what the provider said beside the tokens, as far as it is handed on; undefined if there is none.
   *
   * @throws an integrity error if the row was tampered with
   */
  providerData(): Secret | undefined;
}

/** Why a credential ended. Written once and never changed. */
export type EndReason = 'exchanged' | 'rejected' | 'superseded';

/**
 * The expiry of a token that has none: the last second of the year 9999, in epoch milliseconds. A time, and not the
 * lack of one, so that whatever compares expiries needs no case of its own, and earlier versions read it as well.
 */
export const NEVER = Date.UTC(9999, 11, 31, 23, 59, 59);

const LONGEST_MARGIN_MS = 60_000;

/** Whether the access token has no known expiry, and is trusted until somebody reports it. */
export function isLongLived({ expiresAt }: Pick<Credential, 'expiresAt'>): boolean {
  return expiresAt >= NEVER;
}

/**
 * Whether the provider should still accept the access token.
 *
 * @param now epoch milliseconds
 */
export function isLive(credential: Credential, now: number): boolean {
  return credential.expiresAt > now;
}

/**
 * The remaining lifetime in milliseconds below which a token is renewed early: one minute, or a tenth of the lifetime
 * for tokens that live less than ten minutes, so that short-lived tokens are not renewed on every read.
 */
export function defaultMinTtl(credential: Credential): number {
  return Math.min(LONGEST_MARGIN_MS, (credential.expiresAt - credential.obtainedAt) / 10);
}
