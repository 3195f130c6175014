import type { z } from 'zod';
import type { familyFields } from './records.ts';
import { isLive, type FamilyToken, type TokenFamily, type TokenWorld } from './token-world.ts';

type Family = TokenFamily & z.output<z.ZodObject<typeof familyFields>>;

/**
 * The oracle's description of an account's tokens: families, the sums of their counts, live tokens, and dead tokens
 * with the reason.
 *
 * @param word the fake's name for a dead token's family
 * @param now Unix ms
 */
export function describeTokens<Kind extends Family, Token extends FamilyToken>(
  world: TokenWorld<Kind, Token>,
  sub: string,
  { word, now }: { word: string; now: number },
) {
  const families = world.familiesOf(sub);
  const tokens = families.flatMap((family) => world.tokensOf(family));
  const dead = tokens.filter((token) => !isLive(token, now));
  return {
    refreshes: families.reduce((sum, { refreshes }) => sum + refreshes, 0),
    reuse_attempts: families.reduce((sum, { reuseAttempts }) => sum + reuseAttempts, 0),
    ...describeLive(tokens, now),
    dead_tokens: dead.map((token) => describeDead(token, { [word]: world.familyOf(token).id })),
    families: families.map((family) => ({
      ...describeFamily(family),
      ...describeLive(world.tokensOf(family), now),
    })),
  };
}

/** Formats a time in Unix ms as ISO 8601. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}

function describeLive(tokens: readonly FamilyToken[], now: number) {
  const live = (wanted: FamilyToken['kind']): string[] =>
    tokens.filter((token) => token.kind === wanted && isLive(token, now)).map(({ value }) => value);
  return { live_access_tokens: live('access'), live_refresh_tokens: live('refresh') };
}

function describeFamily({ id, clientId, scope, startedAt, ended, refreshes, reuseAttempts }: Family): object {
  return {
    id,
    client_id: clientId,
    scope,
    started_at: iso(startedAt),
    ended,
    refreshes,
    reuse_attempts: reuseAttempts,
  };
}

function describeDead(token: FamilyToken, family: object): object {
  // A dead token that was not ended has expired, so it has an expiry.
  const { why, at } = token.ended ?? { why: 'expired', at: token.expiresAt ?? 0 };
  return { token: token.value, kind: token.kind, ...family, why, died_at: iso(at) };
}
