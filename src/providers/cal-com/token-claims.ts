import type { Secret } from '../../secret.ts';
import type { TokenClaims } from '../provider.ts';
import { accountIdOf } from '../to-profile.ts';
import { asObject } from './envelope.ts';

const USES: Readonly<Record<string, TokenClaims['use']>> = { access_token: 'access', refresh_token: 'refresh' };

/**
 * The claims of a platform client's token: a JWT (RFC 7519) with `type`, `clientId`, `ownerId` and `expiresAt` (epoch
 * milliseconds) in its payload; or `exp` (epoch seconds), if one has the standard's. The signature is not checked.
 *
 * @param clientId our client's id
 * @returns undefined if it is not a JWT
 */
export function managedTokenClaims(token: Secret, clientId: string): TokenClaims | undefined {
  const payload = payloadOf(token);
  if (payload === undefined) return undefined;
  const { type, clientId: client, ownerId, expiresAt, exp } = payload;
  return {
    use: typeof type === 'string' && Object.hasOwn(USES, type) ? USES[type] : undefined,
    accountId: ownerIn(ownerId),
    isOurs: typeof client === 'string' ? client === clientId : undefined,
    expiresAt: moment(expiresAt) ?? (typeof exp === 'number' ? moment(exp * 1000) : undefined),
  };
}

/** The latest time of a `Date` (ECMA-262 section 21.4.1.1). */
const LATEST_MS = 8.64e15;

function ownerIn(value: unknown): string | undefined {
  const id = accountIdOf(value);
  return id !== undefined && /^\d+$/.test(id) ? id : undefined;
}

function moment(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) <= LATEST_MS ? value : undefined;
}

function payloadOf(token: Secret): Readonly<Record<string, unknown>> | undefined {
  const parts = token.reveal().split('.');
  const [, payload] = parts;
  if (parts.length !== 3 || payload === undefined) return undefined;
  try {
    return asObject(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  } catch {
    return undefined;
  }
}
