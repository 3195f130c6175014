import { claimedEnd, claimedLife } from './expiry-claim.ts';
import { nameOf, type Members } from './token-members.ts';

/** How servers begin the names of members about an access token, the standard first, and about a refresh token. */
const OF_ACCESS = ['', 'access_token_', 'access_', 'token_'];
const OF_REFRESH = ['refresh_token_', 'refresh_', 'x_refresh_token_', 'rt_'];
/** How they end, for a lifetime and for a point in time. Both may hold either: their magnitude tells. */
const LIVES = ['expires_in', 'expire_in', 'expires_in_sec', 'expires_in_seconds'];
const ENDS = [
  ...['expires_at', 'expires_on', 'expires', 'expire_at', 'expired_at', 'expires_time', 'expires_date'],
  ...['expire_time', 'expiry', 'expiry_date', 'expiry_time', 'expiration', 'expiration_date', 'expiration_time'],
  ...['exp', 'valid_until'],
];

type Read = typeof claimedEnd;

/** Every name there is for one of the two, with how to read it, the first to be asked first. */
function namesOf(prefixes: readonly string[]): ReadonlyMap<string, { readonly rank: number; readonly read: Read }> {
  const spelled = (endings: readonly string[], read: Read) =>
    prefixes.flatMap((prefix) => endings.map((ending) => [nameOf(prefix + ending), read] as const));
  const all = [...spelled(LIVES, claimedLife), ...spelled(ENDS, claimedEnd)];
  return new Map(all.map(([name, read], rank) => [name, { rank, read }]));
}

const NAMES = { access: namesOf(OF_ACCESS), refresh: namesOf(OF_REFRESH) };

/**
 * When a token expires according to the members of its answer, in epoch milliseconds. Undefined if none tells: a
 * lifetime of 0 and a time that is over count as not told.
 *
 * @param places the objects to look in, the nearest to the token first
 * @param askedAt epoch milliseconds at which the call started
 */
export function expiryIn(places: readonly Members[], token: 'access' | 'refresh', askedAt: number): number | undefined {
  for (const members of places) {
    let told: { readonly rank: number; readonly end: number } | undefined;
    for (const [name, value] of members.all()) {
      const known = NAMES[token].get(name);
      if (known === undefined || (told !== undefined && told.rank < known.rank)) continue;
      const end = known.read(value, askedAt);
      if (end !== undefined) told = { rank: known.rank, end };
    }
    if (told !== undefined) return told.end;
  }
  return undefined;
}
