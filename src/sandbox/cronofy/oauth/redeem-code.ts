import { createHash } from 'node:crypto';
import type { Cronofy } from '../cronofy.ts';
import { textOf, type Parameters } from './parameters.ts';
import type { Client, Code } from '../state/records.ts';
import { tokenError } from './refusal.ts';
import { linkingProfile, tokenAnswer, tokensForConsent } from './tokens.ts';

/**
 * Handles `grant_type=authorization_code` (RFC 6749 section 4.1.3) and returns the response body.
 *
 * @throws Refusal with `invalid_request` or `invalid_grant`
 */
export function redeemCode(cronofy: Cronofy, client: Client, parameters: Parameters): object {
  const { world, clock, settings } = cronofy;
  const now = clock.now();
  const presented = textOf(parameters, 'code');
  const redirectUri = textOf(parameters, 'redirect_uri');
  if (presented === undefined || redirectUri === undefined) throw tokenError('invalid_request');
  const code = world.code(presented);
  if (code?.clientId !== client.id) throw tokenError('invalid_grant');
  const before = world.broughtBy(code);
  if (before !== undefined) {
    if (settings.values.on_code_reuse === 'revoke') world.endAuthorization(before, 'code_reused', now);
    throw tokenError('invalid_grant');
  }
  if (code.expiresAt <= now || code.redirectUri !== redirectUri) throw tokenError('invalid_grant');
  const verifier = textOf(parameters, 'code_verifier');
  if (settings.values.pkce === 'enforced' && !isChallengeMet(code, verifier)) throw tokenError('invalid_grant');

  const [account, profile] = [world.account(code.sub), world.profile(code.profile)];
  if (account === undefined || profile === undefined) throw tokenError('invalid_grant');
  const issued = tokensForConsent(cronofy, client, account, { scope: code.scope, delegatedScope: code.delegatedScope });
  world.redeemCode(code, issued.authorization);
  return {
    ...tokenAnswer(cronofy, issued),
    account_id: account.sub,
    sub: account.sub,
    linking_profile: linkingProfile(profile),
  };
}

function isChallengeMet({ challenge }: Code, verifier: string | undefined): boolean {
  if (challenge === null) return true;
  if (verifier === undefined) return false;
  const sent = challenge.method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  return sent === challenge.value;
}
