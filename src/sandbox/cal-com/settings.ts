import { z } from 'zod';
import { Settings } from '../control/settings.ts';

const rotation = z.union([z.enum(['always', 'never']), z.string().regex(/^every:[1-9]\d{0,5}$/)]);

const schema = z.strictObject({
  access_ttl_seconds: z.number().positive().max(1e9).default(3600).describe('a number of seconds above 0'),
  refresh_ttl_seconds: z.number().positive().max(1e10).default(31_536_000).describe('a number of seconds above 0'),
  floor_expiry: z
    .boolean()
    .default(true)
    .describe(
      'true (access tokens end on a full minute, refresh tokens at the start of a day, as at Cal.com) or false',
    ),
  rotation: rotation.default('always').describe('"always", "never" or "every:N"'),
  on_reuse: z.enum(['reject', 'revoke_family']).default('reject').describe('"reject" or "revoke_family"'),
  race_loser: z
    .enum(['invalid_refresh_token', 'not_found', 'error_500'])
    .default('invalid_refresh_token')
    .describe('"invalid_refresh_token", "not_found" or "error_500"'),
  refresh_expiry: z.enum(['ignored', 'enforced']).default('ignored').describe('"ignored" or "enforced"'),
  force_refresh_deletes: z
    .enum(['all', 'expired_access_only'])
    .default('all')
    .describe('"all" or "expired_access_only"'),
  stale_cache_401: z.boolean().default(false).describe('true or false'),
  variant: z.enum(['platform', 'cal_diy']).default('platform').describe('"platform" or "cal_diy"'),
  default_event_types: z.boolean().default(true).describe('true or false'),
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
