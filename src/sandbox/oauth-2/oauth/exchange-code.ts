import type { OAuth2 } from '../oauth-2.ts';
import { required, type Parameters } from './parameters.ts';
import { verifies } from '../../oauth/pkce.ts';
import type { Client, Code } from '../state/records.ts';
import { invalidGrant, invalidRequest } from './refusal.ts';
import { beginFamily, firstRefreshToken, issue, type Issued } from './tokens.ts';

const REFUSED = 'The code is invalid, expired or spent.';

/**
 * Handles `grant_type=authorization_code` (RFC 6749 section 4.1.3).
 *
 * @throws Refusal with `invalid_grant` or `invalid_request`
 */
export function exchangeCode(oauth: OAuth2, client: Client, parameters: Parameters): Issued {
  const { world, clock } = oauth;
  const value = required(parameters, 'code');
  const redirectUri = required(parameters, 'redirect_uri');
  const code = world.code(value);
  if (code?.clientId !== client.id || code.expiresAt <= clock.now()) throw invalidGrant(REFUSED);
  if (code.family !== null) {
    const family = world.family(code.family);
    const isEnded = family.ended !== null || oauth.settings.values.on_code_reuse === 'reject';
    if (!isEnded) world.endFamily(family, 'code_reused', clock.now());
    throw invalidGrant(REFUSED);
  }
  if (code.redirectUri !== redirectUri)
    throw invalidGrant('The redirect_uri is not the one that the code was sent to.');
  checkVerifier(oauth, code, parameters.get('code_verifier'));

  const account = world.account(code.sub);
  if (account === undefined) throw invalidGrant(REFUSED);
  const family = beginFamily(oauth, account, client, code.scope);
  world.spendCode(code, family);
  const access = issue(oauth, 'access', { family });
  return { access, refresh: code.bringsRefreshToken ? firstRefreshToken(oauth, family) : undefined, isRotated: true };
}

/** A verifier without a challenge is refused too, so that nobody can strip the challenge (RFC 9700 section 2.1.1). */
function checkVerifier({ settings }: OAuth2, { codeChallenge }: Code, verifier: string | undefined): void {
  if (settings.values.pkce === 'ignored') return;
  if (codeChallenge === null) {
    if (verifier === undefined) return;
    throw invalidGrant('There was no code_challenge for this code_verifier.');
  }
  if (verifier === undefined) throw invalidRequest('The parameter code_verifier is missing.');
  if (!verifies(verifier, codeChallenge)) throw invalidGrant('The code_verifier is wrong.');
}
