import { z } from '@hono/zod-openapi';
import { TOKEN_LIMIT_CHARACTERS } from '../../oauth/token-set.ts';
import { isTimeZone } from '../request/time-zone.ts';

const LONGEST_MIN_TTL_SECONDS = 86_400;

/** The fields that all token requests share, for their schemas. */
export const TOKEN_FIELDS = {
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
    .max(TOKEN_LIMIT_CHARACTERS, `Accepted is an access token of at most ${TOKEN_LIMIT_CHARACTERS} characters.`)
    .optional()
    .openapi({
      description:
        'An access token that Cal.com answered with 401 or 498. Renewed only if it is still the current one, so any number of reports costs one refresh.',
    }),
};
