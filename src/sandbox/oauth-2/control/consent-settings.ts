import { z } from 'zod';

const yesOrNo = z.boolean().default(true).describe('true or false');

/** Settings of consent requests and of the codes they give. */
export const consentSettings = {
  /** Whether a code must or may be bound to a verifier (RFC 7636), or verifiers are ignored. */
  pkce: z.enum(['required', 'optional', 'ignored']).default('optional').describe('"required", "optional" or "ignored"'),
  code_ttl_seconds: z.int().min(1).max(1e9).default(600).describe('a whole number of seconds from 1'),
  /** What reuse of a code causes: its refusal, or also the end of all tokens it gave. */
  on_code_reuse: z.enum(['reject', 'revoke_family']).default('revoke_family').describe('"reject" or "revoke_family"'),
  /** Whether the redirect names the server (RFC 9207). */
  iss_in_redirect: yesOrNo,
  /**
   * When consent gives a refresh token: always; if the scope has `offline_access`; or if `access_type=offline` is
   * requested, and then only on the account's first consent to the client or with `prompt=consent`; or never.
   */
  refresh_token_on_consent: z
    .enum(['always', 'offline_access', 'access_type_offline', 'never'])
    .default('always')
    .describe('"always", "offline_access", "access_type_offline" or "never"'),
  /** All known scopes, separated by spaces; others are an `invalid_scope`. */
  known_scopes: z.string().min(1).nullable().default(null).describe('null (any) or scopes with spaces between them'),
  /** The scopes a person grants of those requested, as if they cleared the other checkboxes. */
  granted_scopes: z.string().min(1).nullable().default(null).describe('null (all) or scopes with spaces between them'),
};
