import { z } from 'zod';

const yesOrNo = z.boolean().default(true).describe('true or false');

/** What becomes of a request for consent, and of the code it brings. */
export const consentSettings = {
  /** Whether a code must be bound to a verifier (RFC 7636), may be, or what is said of it goes unheard. */
  pkce: z.enum(['required', 'optional', 'ignored']).default('optional').describe('"required", "optional" or "ignored"'),
  code_ttl_seconds: z.int().min(1).max(1e9).default(600).describe('a whole number of seconds from 1'),
  /** What a spent code brings about: its refusal; or its refusal and the end of all tokens it gave. */
  on_code_reuse: z.enum(['reject', 'revoke_family']).default('revoke_family').describe('"reject" or "revoke_family"'),
  /** Whether the redirect names the server (RFC 9207). */
  iss_in_redirect: yesOrNo,
  /**
   * When consent brings a refresh token: always; when the scope has `offline_access`; or when `access_type=offline` is
   * asked for, and then only if it is the account's first consent to the client or `prompt=consent` is asked for, too.
   */
  refresh_token_on_consent: z
    .enum(['always', 'offline_access', 'access_type_offline'])
    .default('always')
    .describe('"always", "offline_access" or "access_type_offline"'),
  /** All scopes there are, with a space between them; others are an `invalid_scope`. */
  known_scopes: z.string().min(1).nullable().default(null).describe('null (any) or scopes with spaces between them'),
  /** What a person grants of what is asked for, as if they took the ticks away. */
  granted_scopes: z.string().min(1).nullable().default(null).describe('null (all) or scopes with spaces between them'),
};
