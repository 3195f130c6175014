import type { Credential } from '../../../src/grants/credential.ts';
import type { StandingDemand } from '../../../src/grants/rules/demand.ts';
import type { ExchangeStatus, GrantView } from '../../../src/grants/grant.ts';
import { Secret } from '../../../src/secret.ts';

/** Now, in epoch milliseconds. */
export const NOW = Date.UTC(2026, 5, 1, 12);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** A credential obtained half an hour ago for an hour, unless told otherwise. */
export function credential(
  options: {
    exchangeId?: number;
    token?: string;
    lifeLeftMs?: number;
    refreshToken?: boolean;
    obtainedAt?: number;
  } = {},
): Credential {
  const { exchangeId = 5, token = 'access', lifeLeftMs = HOUR_MS / 2, refreshToken = true } = options;
  const obtainedAt = options.obtainedAt ?? NOW - HOUR_MS / 2;
  return {
    grantId: 'g1',
    exchangeId,
    nonce: `n${exchangeId}`,
    obtainedAt,
    expiresAt: NOW + lifeLeftMs,
    hasRefreshToken: refreshToken,
    tokenType: 'Bearer',
    providerData: () => undefined,
    accessToken: () => new Secret(token),
    refreshToken: () => (refreshToken ? new Secret(`refresh-${token}`) : undefined),
  };
}

/** A grant with an account and a credential that is good, unless told otherwise. */
export function view(facts: Partial<GrantView> = {}): GrantView {
  return {
    grantId: 'grant',
    accountId: '179',
    integratedAt: NOW - HOUR_MS,
    backoff: undefined,
    current: credential(),
    unsettled: false,
    ...facts,
  };
}

/** Nobody is asking upstream, unless told otherwise. */
export function claims(facts: Partial<ExchangeStatus> = {}): ExchangeStatus {
  return { last: { exchangeId: 5, nonce: 'n5' }, recentExchanges: 1, held: false, isUnresolved: false, ...facts };
}

/** A caller who asks for nothing special and has seen the credential of {@link credential}, or the one of another number. */
export function demand({ seen = 5, ...wish }: Partial<Omit<StandingDemand, 'seen'>> & { seen?: number } = {}) {
  return { seen: seen === 0 ? undefined : { exchangeId: seen, nonce: `n${seen}` }, ...wish } satisfies StandingDemand;
}
