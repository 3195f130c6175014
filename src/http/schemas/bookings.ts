import { z } from '@hono/zod-openapi';
import { isTimeZone } from '../time-zone.ts';

const LONGEST_MIN_TTL_SECONDS = 86_400;

/** The body of `POST /bookings/token/refresh/`; fields that are not listed are ignored. */
export const calTokenRefreshRequest = z
  .object(
    {
      force_refresh: z
        .boolean('Accepted is true or false.')
        .default(false)
        .openapi({ description: 'Asks for a token obtained after this call, even if the present one is good.' }),
      cal_email: z
        .email('Accepted is an e-mail address, such as "alice@example.com".')
        .max(254, 'Accepted is an e-mail address of at most 254 characters.')
        .optional()
        .openapi({ description: "E-mail of the account to create; the caller's own where this is left out." }),
      timezone: z
        .string('Accepted is the name of an IANA time zone, such as "Europe/Rome".')
        .refine(isTimeZone, 'Accepted is the name of an IANA time zone, such as "Europe/Rome".')
        .default('UTC')
        .openapi({ description: 'Time zone of the account to create.' }),
      min_ttl: z
        .int(`Accepted is a whole number of seconds from 0 to ${LONGEST_MIN_TTL_SECONDS}.`)
        .min(0, `Accepted is a whole number of seconds from 0 to ${LONGEST_MIN_TTL_SECONDS}.`)
        .max(LONGEST_MIN_TTL_SECONDS, `Accepted is a whole number of seconds from 0 to ${LONGEST_MIN_TTL_SECONDS}.`)
        .optional()
        .openapi({
          description:
            'Least remaining life of the answered token, in seconds. A token with less is renewed first. Default: 60, or a tenth of the life of a token that lives shorter than ten minutes.',
        }),
      rejected_access_token: z
        .string('Accepted is an access token.')
        .min(1, 'Accepted is an access token.')
        .max(8192, 'Accepted is an access token of at most 8192 characters.')
        .optional()
        .openapi({
          description:
            'An access token that Cal.com answered with 401 or 498. Renewed only if it is still the current one, so any number of reports costs one refresh.',
        }),
    },
    'Accepted is a JSON object.',
  )
  .openapi('CalTokenRefreshRequest');

/** The answer of `POST /bookings/token/refresh/`. */
export const calTokenRefresh = z
  .object({
    access_token: z.string().openapi({ description: 'A live Cal.com access token' }),
    expires_in: z.int().openapi({ description: 'Whole seconds until it expires' }),
    token_type: z.string().default('Bearer').openapi({ description: 'How to send it: as a bearer' }),
    refreshed: z.boolean().openapi({ description: 'True where the token was obtained for this call' }),
    integration_status: z
      .enum(['created', 'existing'])
      .openapi({ description: '`created` for the call that integrated the user, `existing` from then on' }),
    cal_client_id: z.string().openapi({ description: 'The client id that frontends need' }),
  })
  .openapi('CalTokenRefresh');

/** The answer of `GET /bookings/config/`. */
export const calConfig = z
  .object({
    cal_client_id: z.string().openapi({ description: 'Cal.com OAuth client ID, for CalProvider’s clientId' }),
    cal_api_url: z.string().openapi({ description: 'Base of Cal.com’s API v2, for CalProvider’s options.apiUrl' }),
    cal_app_url: z.string().openapi({ description: 'Cal.com’s web app' }),
    refresh_url: z.string().openapi({ description: 'For CalProvider’s options.refreshUrl' }),
    mode: z.enum(['managed', 'oauth']).openapi({ description: 'How users get their Cal.com account' }),
  })
  .openapi('CalConfig');

/** The answer of `GET /bookings/user/`. */
export const calUser = z
  .object({
    cal_user_id: z.int().nullable(),
    username: z.string().nullable(),
    email: z.string().nullable().openapi({ description: 'As Cal.com has it: with the client id after a plus sign' }),
    name: z.string().nullable(),
    timezone: z.string().nullable(),
    time_format: z.int().nullable().openapi({ description: '12 or 24' }),
    week_start: z.string().nullable(),
    locale: z.string().nullable(),
    default_schedule_id: z.int().nullable(),
    avatar_url: z.string().nullable(),
    bio: z.string().nullable(),
    created_at: z.string().nullable().openapi({ description: 'ISO 8601' }),
  })
  .openapi('CalUser');

/** The answer of `GET /bookings/atoms/refresh/`: one body in both spellings, of which Atoms read the first. */
export const atomsRefresh = z
  .object({
    accessToken: z.string().openapi({ description: 'A live Cal.com access token' }),
    access_token: z.string().openapi({ description: 'The same' }),
    expires_in: z.int().openapi({ description: 'Seconds until it expires' }),
  })
  .openapi('AtomsRefresh');
