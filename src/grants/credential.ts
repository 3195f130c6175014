import type { Secret } from '../secret.ts';
import type { ExchangeName } from './exchange.ts';

/** What one exchange gave us, under that exchange's name. Its tokens are sealed until they are asked for. */
export interface Credential extends ExchangeName {
  readonly grantId: string;
  /** Epoch milliseconds, both. */
  readonly obtainedAt: number;
  readonly expiresAt: number;
  readonly tokenType: string;
  /** Unseals; throws an integrity error where the row was tampered with. */
  accessToken(): Secret;
  /** Unseals; undefined where there is none. */
  refreshToken(): Secret | undefined;
}

/** Why a credential ended; written once and never changed. */
export type EndReason = 'exchanged' | 'rejected' | 'superseded';

const LONGEST_MARGIN_MS = 60_000;

/** True while the provider should still accept the access token. */
export function isLive(credential: Credential, now: number): boolean {
  return credential.expiresAt > now;
}

/**
 * The remaining life in milliseconds below which a token is renewed ahead of its end: a minute, or a tenth of a life
 * that is shorter than ten minutes, so that no token is renewed on every read.
 */
export function defaultMinTtl(credential: Credential): number {
  return Math.min(LONGEST_MARGIN_MS, (credential.expiresAt - credential.obtainedAt) / 10);
}
