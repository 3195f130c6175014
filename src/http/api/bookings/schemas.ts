import { z } from '@hono/zod-openapi';
import { LIFE_FIELDS, TOKEN_FIELDS } from '../token-fields.ts';

/** Validates the body of `POST /bookings/token/refresh/`; unknown fields are ignored unless one resembles a field. */
export const calTokenRefreshRequest = z
  .object(TOKEN_FIELDS, 'Accepted is a JSON object.')
  .openapi('CalTokenRefreshRequest');

/** The response of `POST /bookings/token/refresh/`. */
export const calTokenRefresh = z
  .object({
    access_token: z.string().openapi({ description: 'A live Cal.com access token' }),
    expires_in: LIFE_FIELDS.expires_in,
    long_lived: LIFE_FIELDS.long_lived.optional(),
    renewable: LIFE_FIELDS.renewable.optional(),
    token_type: z.string().default('Bearer').openapi({ description: 'How to send it: as a bearer' }),
    refreshed: z.boolean().openapi({ description: 'True where the token was obtained for this call' }),
    integration_status: z
      .enum(['created', 'existing'])
      .openapi({ description: '`created` for the call that integrated the user, `existing` from then on' }),
    cal_client_id: z.string().openapi({ description: 'The client id that frontends need' }),
  })
  .openapi('CalTokenRefresh');

/** The response of `GET /bookings/config/`. */
export const calConfig = z
  .object({
    cal_client_id: z.string().openapi({ description: 'Cal.com OAuth client ID, for CalProvider’s clientId' }),
    cal_api_url: z.string().openapi({ description: 'Base of Cal.com’s API v2, for CalProvider’s options.apiUrl' }),
    cal_app_url: z.string().openapi({ description: 'Cal.com’s web app' }),
    refresh_url: z.string().openapi({ description: 'For CalProvider’s options.refreshUrl' }),
    mode: z.enum(['managed', 'oauth']).openapi({ description: 'How users get their Cal.com account' }),
  })
  .openapi('CalConfig');

/** The response of `GET /bookings/user/`. */
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

/** The response of `GET /bookings/atoms/refresh/`: the token in both spellings. Atoms read the first. */
export const atomsRefresh = z
  .object({
    accessToken: z.string().openapi({ description: 'A live Cal.com access token' }),
    access_token: z.string().openapi({ description: 'The same' }),
    expires_in: z.int().optional().openapi({ description: 'Seconds until it expires; left out where no end is known' }),
  })
  .openapi('AtomsRefresh');
