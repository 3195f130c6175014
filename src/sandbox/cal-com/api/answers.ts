import type { User } from '../state/records.ts';
import type { TokenPair } from './tokens.ts';

/** A managed user as the API returns it; `metadata` is left out if there is none. */
export function userAnswer(user: User): object {
  return {
    id: user.id,
    email: user.email,
    username: user.username,
    name: user.name,
    bio: user.bio,
    timeZone: user.timeZone,
    weekStart: user.weekStart,
    createdDate: user.createdDate,
    timeFormat: user.timeFormat,
    defaultScheduleId: user.defaultScheduleId,
    locale: user.locale,
    avatarUrl: user.avatarUrl,
    metadata: user.metadata ?? undefined,
  };
}

/** A token pair with the keys in the order of creation and refresh; expiry in Unix ms. */
export function tokenAnswer({ access, refresh }: TokenPair): object {
  return {
    accessToken: access.value,
    accessTokenExpiresAt: access.expiresAt,
    refreshToken: refresh.value,
    refreshTokenExpiresAt: refresh.expiresAt,
  };
}

/** A token pair with the keys in the order of force-refresh; expiry in Unix ms. */
export function forceRefreshAnswer({ access, refresh }: TokenPair): object {
  return {
    accessToken: access.value,
    refreshToken: refresh.value,
    accessTokenExpiresAt: access.expiresAt,
    refreshTokenExpiresAt: refresh.expiresAt,
  };
}

/** The response of `/v2/me`. */
export function meAnswer(user: User): object {
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    name: user.name,
    avatarUrl: user.avatarUrl,
    bio: user.bio,
    timeFormat: user.timeFormat,
    defaultScheduleId: user.defaultScheduleId,
    weekStart: user.weekStart,
    timeZone: user.timeZone,
    locale: user.locale,
    organizationId: user.organizationId,
    organization: user.organizationId === null ? undefined : { id: user.organizationId, isPlatform: true },
  };
}
