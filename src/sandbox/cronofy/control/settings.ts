import { z } from 'zod';
import { rotation } from '../../control/rotation.ts';
import { Settings } from '../../control/settings.ts';

const MAX_WAIT_MS = 3_600_000;
/** The longest lifetime that Cronofy promises, in seconds. */
const MAX_EXPIRES_IN = 2_147_483_647;

const flag = (preset: boolean) => z.boolean().default(preset).describe('true or false');
const wait = () => z.number().min(0).max(MAX_WAIT_MS).default(0).describe(`a number of ms from 0 to ${MAX_WAIT_MS}`);
const limit = (preset: number) =>
  z.int().min(1).nullable().default(preset).describe('null (no limit) or a number of requests from 1');

const schema = z.strictObject({
  access_ttl_seconds: z
    .int()
    .min(1)
    .max(MAX_EXPIRES_IN)
    .default(3600)
    .describe(`a whole number of seconds from 1 to ${MAX_EXPIRES_IN}`),
  /** When a refresh gives a new refresh token. At Cronofy it usually does not, but sometimes it does. */
  rotation: rotation.default('every:3').describe('"always", "never" or "every:N"'),
  /** What reuse of a rotated refresh token causes: its refusal, or also the end of its authorization. */
  on_reuse: z.enum(['reject', 'revoke_family']).default('reject').describe('"reject" or "revoke_family"'),
  /** Whether a refresh ends its authorization's earlier access tokens. */
  refresh_ends_access_tokens: flag(false),
  /** Which refresh token another consent of the same account to the same client gives; a new one ends the old one. */
  reauthorization: z.enum(['same_token', 'new_token']).default('same_token').describe('"same_token" or "new_token"'),
  /** What reuse of a code causes: its refusal, or also the end of what it gave. */
  on_code_reuse: z.enum(['reject', 'revoke']).default('reject').describe('"reject" or "revoke"'),
  /** Whether a PKCE challenge (RFC 7636), if given, must be met. */
  pkce: z.enum(['ignored', 'enforced']).default('ignored').describe('"ignored" or "enforced"'),
  /** Whether requesting an existing application calendar ends the tokens it had. */
  application_calendar_ends_tokens: flag(false),
  /** The status for an invalid client that requests an application calendar; the body is that of the token endpoint. */
  application_calendar_invalid_client_status: z
    .union([z.literal(400), z.literal(401)])
    .default(400)
    .describe('400 or 401'),
  /**
   * What a revocation with neither `token` nor `sub`, as the Node SDK sends it, causes: a 400, a 200 that revokes
   * nothing, or revocation of its `refresh_token`.
   */
  revoke_without_token: z
    .enum(['refuse', 'ignore', 'accept'])
    .default('refuse')
    .describe('"refuse", "ignore" or "accept"'),
  /** In development mode any redirect URI is accepted, in production only those in `registered_redirect_uris`. */
  app_mode: z.enum(['development', 'production']).default('development').describe('"development" or "production"'),
  registered_redirect_uris: z.array(z.string().min(1)).default([]).describe('a list of URIs'),
  /** The form of `WWW-Authenticate` in a 401. */
  bearer_challenge: z.enum(['rfc_6750', 'none']).default('rfc_6750').describe('"rfc_6750" or "none"'),
  rate_limit_per_second: limit(50),
  rate_limit_per_minute: limit(500),
  /** Whether a 429 has `Retry-After`. */
  retry_after: flag(false),
  /** How long every request waits before it is handled, in ms: a slow provider. */
  latency_before_ms: wait(),
  /** How long every response waits after the work is done, in ms: a slow network. */
  latency_ms: wait(),
});

/** The fake Cronofy's settings, named as on the control API. */
export type CronofySettings = z.output<typeof schema>;

/** Settings at their defaults. */
export function cronofySettings(): Settings<typeof schema> {
  return new Settings(schema);
}
