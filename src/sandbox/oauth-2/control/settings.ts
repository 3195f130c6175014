import { z } from 'zod';
import { rotation } from '../../control/rotation.ts';
import { Settings } from '../../control/settings.ts';
import { consentSettings } from './consent-settings.ts';
import { traitSettings } from './trait-settings.ts';
import { tokenAnswerSettings } from './token-answer-settings.ts';

const MAX_WAIT_MS = 3_600_000;
const wait = (): z.ZodDefault<z.ZodNumber> => z.number().min(0).max(MAX_WAIT_MS).default(0);
const WAIT_ACCEPTS = `a number of ms from 0 to ${MAX_WAIT_MS}`;

const schema = z.strictObject({
  access_ttl_seconds: z.int().min(1).max(1e9).default(3600).describe('a whole number of seconds from 1'),
  /** The most by which an access token's lifetime is extended; each gets a random part of it. */
  access_ttl_spread_seconds: z.int().min(0).max(1e9).default(0).describe('a whole number of seconds from 0'),
  refresh_ttl_seconds: z
    .int()
    .min(1)
    .max(1e10)
    .nullable()
    .default(null)
    .describe('null (never ends) or a whole number of seconds from 1'),
  /** Whether a refresh token's lifetime counts from its issue, or from its last refresh. */
  refresh_ttl_from: z.enum(['issue', 'last_use']).default('issue').describe('"issue" or "last_use"'),
  /** How many refresh tokens an account may have with one client; each further consent ends the oldest. */
  max_refresh_tokens: z.int().min(1).nullable().default(null).describe('null (no limit) or a whole number from 1'),
  /** Whether a refresh gives a new refresh token and spends the presented one. */
  rotation: rotation.default('always').describe('"always", "never" or "every:N"'),
  /** Whether the refresh token that a new one replaces is spent or kept. */
  rotated_refresh_token: z.enum(['spent', 'kept']).default('spent').describe('"spent" or "kept"'),
  ...tokenAnswerSettings,
  ...traitSettings,
  /**
   * What reuse of a spent refresh token causes: its refusal; its refusal and the end of its family; or, for
   * `grace_seconds`, a new pair that replaces the one it gave before.
   */
  on_reuse: z
    .enum(['reject', 'grace', 'revoke_family'])
    .default('reject')
    .describe('"reject", "grace" or "revoke_family"'),
  grace_seconds: z.number().min(0).max(1e9).default(30).describe('a number of seconds from 0'),
  /**
   * Whether a refresh token is checked and spent in one step, or checked on arrival and spent `race_window_ms` later.
   */
  race: z
    .enum(['serialized', 'check_then_rotate'])
    .default('serialized')
    .describe('"serialized" or "check_then_rotate"'),
  race_window_ms: z.number().min(0).max(MAX_WAIT_MS).default(100).describe(WAIT_ACCEPTS),
  /** Whether a refresh ends its family's earlier access tokens. */
  refresh_ends_access_tokens: z.boolean().default(false).describe('true or false'),
  ...consentSettings,
  /**
   * How a client with a secret must authenticate; `none` accepts its id alone. `basic_plain` decodes neither part. Clients without one send only their id.
   */
  client_auth: z
    .enum(['any', 'body', 'basic', 'basic_plain', 'basic_and_id', 'none'])
    .default('any')
    .describe('"any", "body", "basic", "basic_plain", "basic_and_id" or "none"'),
  /** The body formats accepted. */
  body: z.enum(['any', 'form', 'json']).default('any').describe('"any", "form" or "json"'),
  invalid_client_status: z.int().min(200).max(499).default(401).describe('a status from 200 to 499'),
  /** The scope that `/userinfo` requires of an access token; without it the response is a 403. */
  userinfo_scope: z.string().min(1).nullable().default(null).describe('null (none) or a scope'),
  /** How long every request waits before it is handled, in ms: a slow provider. */
  latency_before_ms: wait().describe(WAIT_ACCEPTS),
  /** How long every response waits after the work is done, in ms: a slow network. */
  latency_ms: wait().describe(WAIT_ACCEPTS),
  rate_limit_per_minute: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('null (no limit) or a number of requests from 1'),
});

/** The fake authorization server's settings, named as on the control API. */
export type OAuth2Settings = z.output<typeof schema>;

/** Settings at their defaults. */
export function oauth2Settings(): Settings<typeof schema> {
  return new Settings(schema);
}
