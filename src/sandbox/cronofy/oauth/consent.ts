import type { AuthorizationRequest } from './authorization-request.ts';
import { withParameters } from './authorization-request.ts';
import type { Cronofy } from '../cronofy.ts';
import type { Account, Profile } from '../state/records.ts';
import { newTokenValue } from './tokens.ts';

const CODE_LIFETIME_MS = 600_000;

/**
 * The account that a consent joins, whichever profile is chosen: the one named by the link token, else the one this
 * browser used before unless linking is to be avoided. Undefined if each profile stays in its home account.
 */
export function accountToLinkTo(
  { world }: Cronofy,
  { linkToken, avoidLinking }: AuthorizationRequest,
  browserSub: string | undefined,
): Account | undefined {
  if (linkToken !== undefined) return world.account(linkToken.sub);
  return avoidLinking || browserSub === undefined ? undefined : world.account(browserSub);
}

/** Records that a person granted the request; returns where to send the browser, and the account it now represents. */
export function allow(
  cronofy: Cronofy,
  request: AuthorizationRequest,
  profile: Profile,
  browserSub: string | undefined,
): { location: string; sub: string } {
  const { world, clock } = cronofy;
  const account = accountToLinkTo(cronofy, request, browserSub) ?? world.account(profile.home);
  if (account === undefined) throw new Error(`The profile ${profile.id} has no account.`);
  world.linkProfile(account, profile);
  world.setConnected(profile, true);
  if (request.linkToken !== undefined) world.useLinkToken(request.linkToken);
  const code = {
    value: newTokenValue(),
    clientId: request.client.id,
    redirectUri: request.redirectUri,
    sub: account.sub,
    profile: profile.id,
    scope: request.scope,
    delegatedScope: request.delegatedScope,
    challenge: request.challenge,
    expiresAt: clock.now() + CODE_LIFETIME_MS,
    redeemedFor: null,
  };
  world.addCode(code);
  return {
    location: withParameters(request.redirectUri, { code: code.value, state: request.state }),
    sub: account.sub,
  };
}

/** Returns where to send the browser after the person denied access. */
export function deny({ redirectUri, state }: AuthorizationRequest): string {
  return withParameters(redirectUri, { error: 'access_denied', state });
}
