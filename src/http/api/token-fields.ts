import { z } from '@hono/zod-openapi';
import { isEmail } from '../../email.ts';
import type { OtherNames } from '../request/misnamed-fields.ts';
import { TOKEN_LIMIT_CHARACTERS } from '../../oauth/tokens/token-set.ts';
import { isTimeZone } from '../request/time-zone.ts';

const LONGEST_MIN_TTL_SECONDS = 86_400;

/** The fields that all token requests share, for their schemas. */
export const TOKEN_FIELDS = {
  force_refresh: z
    .boolean('Accepted is true or false.')
    .default(false)
    .openapi({ description: 'Asks for a token obtained after this call, even if the present one is good.' }),
  cal_email: z
    .string('Accepted is an e-mail address, such as "alice@example.com".')
    .refine(isEmail, 'Accepted is an e-mail address, such as "alice@example.com".')
    .optional()
    .openapi({
      format: 'email',
      maxLength: 254,
      description:
        "E-mail of the account to create, internationalised or not (RFC 6531); the caller's own where this is left out.",
    }),
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
    .max(TOKEN_LIMIT_CHARACTERS, `Accepted is an access token of at most ${TOKEN_LIMIT_CHARACTERS} characters.`)
    .optional()
    .openapi({
      description:
        'An access token that Cal.com answered with 401 or 498. Renewed only if it is still the current one, so any number of reports costs one refresh. One that nothing can renew (`renewable`) is not given out again: the user must link the account again.',
    }),
};

/** What callers call these fields by mistake, apart from spelling. */
export const OTHER_TOKEN_NAMES: OtherNames = {
  force_refresh: ['force', 'refresh', 'force_refresh_token'],
  cal_email: ['cal_email_address', 'cal_com_email'],
  timezone: ['tz', 'zone', 'zoneinfo', 'cal_timezone', 'user_timezone', 'iana_timezone', 'timezone_name'],
  min_ttl: ['ttl', 'minimum_ttl', 'min_ttl_seconds', 'min_ttl_ms'],
  rejected_access_token: ['rejected_token'],
};

/** The members of all token responses that say how long the token lives, for their schemas. */
export const LIFE_FIELDS = {
  expires_in: z.int().optional().openapi({
    description: 'Whole seconds until it expires; left out where the provider says of no end (`long_lived`)',
  }),
  long_lived: z.boolean().openapi({
    description:
      'True where the provider says of no end and nothing can renew the token: it is good until the provider’s API refuses it. Report that as `rejected_access_token`. False where it is left out.',
  }),
  renewable: z.boolean().openapi({
    description:
      'False where nothing can give another token once this one has ended: the provider gave no refresh token. The user must then link the account again. True where it is left out.',
  }),
};
