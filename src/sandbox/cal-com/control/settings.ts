import { z } from 'zod';
import { rotation } from '../../control/rotation.ts';
import { Settings } from '../../control/settings.ts';

const wholeSeconds = (seconds: number): z.ZodDefault<z.ZodInt> =>
  z.int().min(1).max(1e9).default(seconds).describe('a whole number of seconds from 1');

const schema = z.strictObject({
  access_ttl_seconds: z.number().positive().max(1e9).default(3600).describe('a number of seconds above 0'),
  refresh_ttl_seconds: z.number().positive().max(1e10).default(31_536_000).describe('a number of seconds above 0'),
  floor_expiry: z
    .boolean()
    .default(true)
    .describe(
      'true (access tokens end on a full minute, refresh tokens at the start of a day, as at Cal.com) or false',
    ),
  /**
   * Whether a refresh gives a new refresh token, as Cal.com always does. Otherwise the same one is returned and stays
   * valid.
   */
  rotation: rotation.default('always').describe('"always", "never" or "every:N"'),
  /** What reuse of a refresh token causes besides its refusal: nothing, or the end of its token family. */
  on_reuse: z.enum(['reject', 'revoke_family']).default('reject').describe('"reject" or "revoke_family"'),
  /** How a used refresh token is refused. Sources differ; one that was never issued always gets a 400. */
  race_loser: z
    .enum(['invalid_refresh_token', 'not_found', 'error_500'])
    .default('invalid_refresh_token')
    .describe('"invalid_refresh_token", "not_found" or "error_500"'),
  /** Whether an expired refresh token is refused. Cal.com's documentation says so, its code does not. */
  refresh_expiry: z.enum(['ignored', 'enforced']).default('ignored').describe('"ignored" or "enforced"'),
  /** Whether force-refresh also deletes live access tokens; versions differ. */
  force_refresh_deletes: z
    .enum(['all', 'expired_access_only'])
    .default('all')
    .describe('"all" or "expired_access_only"'),
  /** Whether a cache still vouches for tokens that were used and then deleted, so that they get a different 401. */
  stale_cache_401: z.boolean().default(false).describe('true or false'),
  /** The hosted platform, or forks of cal.diy, which have other usernames, no default schedule and no event types. */
  variant: z.enum(['platform', 'cal_diy']).default('platform').describe('"platform" or "cal_diy"'),
  default_event_types: z.boolean().default(true).describe('true or false'),
  oauth_access_ttl_seconds: wholeSeconds(1800),
  oauth_refresh_ttl_seconds: wholeSeconds(2_592_000),
  oauth_code_ttl_seconds: wholeSeconds(600),
  /**
   * What a refresh does to the older refresh tokens of the user and client: depending on its version, Cal.com keeps
   * them all until they expire, or ends them all.
   */
  oauth_rotation: z.enum(['keep_old', 'single_use']).default('keep_old').describe('"keep_old" or "single_use"'),
  /** If false, tokens of the same second and scopes are identical, as at Cal.com. */
  oauth_distinct_tokens: z.boolean().default(true).describe('true or false'),
  /** Whether the newer token endpoint returns the scope. */
  oauth_scope_in_answer: z.boolean().default(true).describe('true or false'),
  /** Whether the newer token endpoint accepts a `code_verifier` from a client with a secret; versions differ. */
  oauth_confidential_pkce: z.enum(['refused', 'accepted']).default('refused').describe('"refused" or "accepted"'),
  /** What the older endpoints return: everything, or tokens alone and no refresh token on a refresh. */
  oauth_app_answer: z.enum(['full', 'tokens_only']).default('full').describe('"full" or "tokens_only"'),
  /** How the older endpoints refuse: with `error`, or with `message` and mostly 401. */
  oauth_app_errors: z.enum(['codes', 'messages']).default('codes').describe('"codes" or "messages"'),
  /**
   * Where the older refresh reads its token: from the body or else the Authorization header, or from the header alone.
   */
  oauth_app_refresh_token_in: z
    .enum(['body_or_header', 'header'])
    .default('body_or_header')
    .describe('"body_or_header" or "header"'),
  /** How long every response waits, in ms. The work is done before the wait, as with a slow network. */
  latency_ms: z.number().min(0).max(3_600_000).default(0).describe('a number of ms from 0 to 3600000'),
  rate_limit_per_minute: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe('null (the real limits), a number of requests, or 0 for no limit'),
});

/** The fake Cal.com's settings, named as on the control API. */
export type CalComSettings = z.output<typeof schema>;

/** Settings at their defaults. */
export function calComSettings(): Settings<typeof schema> {
  return new Settings(schema);
}
