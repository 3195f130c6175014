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
  /** Whether a refresh gives a new refresh token; Cal.com's always does. Else the same one comes back and stays good. */
  rotation: rotation.default('always').describe('"always", "never" or "every:N"'),
  /** What a used refresh token brings about besides its refusal: nothing, or the end of all tokens of its family. */
  on_reuse: z.enum(['reject', 'revoke_family']).default('reject').describe('"reject" or "revoke_family"'),
  /** How a used refresh token is refused. Readings differ; one that was never issued is always a 400. */
  race_loser: z
    .enum(['invalid_refresh_token', 'not_found', 'error_500'])
    .default('invalid_refresh_token')
    .describe('"invalid_refresh_token", "not_found" or "error_500"'),
  /** Whether a refresh token past its end is refused: Cal.com's code ignores what its documentation says. */
  refresh_expiry: z.enum(['ignored', 'enforced']).default('ignored').describe('"ignored" or "enforced"'),
  /** Whether force-refresh takes live access tokens along; versions differ. */
  force_refresh_deletes: z
    .enum(['all', 'expired_access_only'])
    .default('all')
    .describe('"all" or "expired_access_only"'),
  /** Whether tokens that were used and then deleted are still vouched for by a cache, and so get another 401. */
  stale_cache_401: z.boolean().default(false).describe('true or false'),
  /** The hosted platform, or forks of cal.diy: another username, no default schedule, no event types. */
  variant: z.enum(['platform', 'cal_diy']).default('platform').describe('"platform" or "cal_diy"'),
  default_event_types: z.boolean().default(true).describe('true or false'),
  oauth_access_ttl_seconds: wholeSeconds(1800),
  oauth_refresh_ttl_seconds: wholeSeconds(2_592_000),
  oauth_code_ttl_seconds: wholeSeconds(600),
  /**
   * What becomes of the old refresh tokens of a user and client when one is refreshed: Cal.com's versions leave them
   * all good until they expire, or end them all.
   */
  oauth_rotation: z.enum(['keep_old', 'single_use']).default('keep_old').describe('"keep_old" or "single_use"'),
  /** False makes tokens of the same second and scopes the same text, as Cal.com's are. */
  oauth_distinct_tokens: z.boolean().default(true).describe('true or false'),
  /** Whether the newer token endpoint tells the scope. */
  oauth_scope_in_answer: z.boolean().default(true).describe('true or false'),
  /** Whether the newer token endpoint takes a `code_verifier` from a client with a secret; versions differ. */
  oauth_confidential_pkce: z.enum(['refused', 'accepted']).default('refused').describe('"refused" or "accepted"'),
  /** What the older endpoints answer: all of it, or tokens alone, and a refresh no refresh token. */
  oauth_app_answer: z.enum(['full', 'tokens_only']).default('full').describe('"full" or "tokens_only"'),
  /** How the older endpoints refuse: with `error`, or with `message` and mostly 401. */
  oauth_app_errors: z.enum(['codes', 'messages']).default('codes').describe('"codes" or "messages"'),
  /** Where the older refresh takes its token: from the body, else the Authorization header, or from the header alone. */
  oauth_app_refresh_token_in: z
    .enum(['body_or_header', 'header'])
    .default('body_or_header')
    .describe('"body_or_header" or "header"'),
  /** How long every answer waits, in ms. The work is done before the wait, as behind a slow network. */
  latency_ms: z.number().min(0).max(3_600_000).default(0).describe('a number of ms from 0 to 3600000'),
  rate_limit_per_minute: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe('null (the real limits), a number of requests, or 0 for no limit'),
});

/** The fake Cal.com's switches, by their names on the control API. */
export type CalComSettings = z.output<typeof schema>;

/** Switches at their defaults. */
export function calComSettings(): Settings<typeof schema> {
  return new Settings(schema);
}
