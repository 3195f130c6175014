import type { Circumstances } from '../../control/fake.ts';
import { isRotationDue } from '../../control/rotation.ts';
import type { OAuth2 } from '../oauth-2.ts';
import { required, type Parameters } from './parameters.ts';
import type { Client, Token } from '../state/records.ts';
import { invalidGrant, Refusal } from './refusal.ts';
import { issue, type Issued } from './tokens.ts';
import { isExpired } from '../../oauth/token-world.ts';
import type { World } from '../state/world.ts';

const REFUSED = 'The refresh token is invalid, expired or revoked.';

/**
 * Handles `grant_type=refresh_token` (RFC 6749 section 6). The setting `race` says whether the token is checked and
 * spent in one step or in two.
 *
 * @throws Refusal with `invalid_grant`, `invalid_scope` or `invalid_request`; 503 if the sandbox closes
 */
export async function refresh(
  oauth: OAuth2,
  client: Client,
  parameters: Parameters,
  delay: Circumstances['delay'],
): Promise<Issued> {
  const presented = required(parameters, 'refresh_token');
  const { race, race_window_ms } = oauth.settings.values;
  const scope = judge(oauth, client, presented, parameters.get('scope'));
  if (race === 'check_then_rotate' && !(await delay(race_window_ms))) {
    throw new Refusal(503, 'temporarily_unavailable', 'The sandbox is closing.');
  }
  return commit(oauth, presented, scope);
}

/** Checks a refresh token; returns the scope of the access token to issue. */
function judge(oauth: OAuth2, client: Client, presented: string, scope: string | undefined): string {
  const { world, clock, settings } = oauth;
  const now = clock.now();
  const token = world.token(presented);
  if (token?.kind !== 'refresh') throw invalidGrant(REFUSED);
  const family = world.familyOf(token);
  if (family.clientId !== client.id) throw invalidGrant(REFUSED);
  if (token.ended?.why === 'rotated') {
    world.countReuse(family);
    if (settings.values.on_reuse === 'revoke_family' && family.ended === null) {
      world.endFamily(family, 'reused_family_revoked', now);
    }
    if (!isInGrace(oauth, token.ended.at)) throw invalidGrant(REFUSED);
  }
  if (isExpired(token, now) || !isUsable(world, token)) throw invalidGrant(REFUSED);

  const granted = family.scope.split(' ');
  const asked = scope?.split(' ') ?? granted;
  if (!asked.every((one) => granted.includes(one))) {
    throw new Refusal(400, 'invalid_scope', 'The scope goes beyond what was granted.');
  }
  return asked.join(' ');
}

/** Spends an accepted refresh token according to `rotation`. One that was spent since the check is spent again. */
function commit(oauth: OAuth2, presented: string, scope: string): Issued {
  const { world, clock, settings } = oauth;
  const now = clock.now();
  // Looked up again, since after the check the token may have been revoked or the sandbox reset.
  const token = world.token(presented);
  if (token === undefined || !isUsable(world, token)) throw invalidGrant(REFUSED);
  const family = world.familyOf(token);

  if (token.ended === null) world.countUse(token);
  else supersedeWhatItBrought(world, token, now);
  if (settings.values.refresh_ends_access_tokens) {
    for (const other of world.liveTokens(family, now)) {
      if (other.kind === 'access') world.endToken(other, 'superseded', now);
    }
  }
  world.countRefresh(family);
  const wasSpent = token.ended !== null || isRotationDue(settings.values.rotation, token.uses);
  const origin = { family, parent: { token: token.value, wasSpent } };
  const access = issue(oauth, 'access', { ...origin, scope });
  if (!wasSpent) {
    const { refresh_ttl_from, refresh_ttl_seconds } = settings.values;
    if (refresh_ttl_from === 'last_use' && refresh_ttl_seconds !== null) {
      world.prolongToken(token, now + refresh_ttl_seconds * 1000);
    }
    return { access, refresh: token, isRotated: false };
  }
  if (token.ended === null && settings.values.rotated_refresh_token === 'spent') world.endToken(token, 'rotated', now);
  return { access, refresh: issue(oauth, 'refresh', origin), isRotated: true };
}

/** Whether a refresh token is not ended, or was only rotated. */
function isUsable(world: World, token: Token): boolean {
  return (token.ended === null || token.ended.why === 'rotated') && world.familyOf(token).ended === null;
}

function isInGrace({ clock, settings }: OAuth2, spentAt: number): boolean {
  const { on_reuse, grace_seconds } = settings.values;
  return on_reuse === 'grace' && clock.now() < spentAt + grace_seconds * 1000;
}

/** Ends every live token that descends from an earlier spending of this one, so that only the latest pair is live. */
function supersedeWhatItBrought(world: World, spent: Token, now: number): void {
  for (const token of world.liveTokens(world.familyOf(spent), now)) {
    if (wasBroughtBySpending(world, spent, token)) world.endToken(token, 'superseded', now);
  }
}

function wasBroughtBySpending(world: World, spent: Token, token: Token): boolean {
  let { parent } = token;
  while (parent !== null) {
    if (parent.token === spent.value) return parent.wasSpent;
    parent = world.token(parent.token)?.parent ?? null;
  }
  return false;
}
