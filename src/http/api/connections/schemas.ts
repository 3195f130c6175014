import { z } from '@hono/zod-openapi';
import { isConnectionName } from '../../../grants/connection-key.ts';
import { ACCEPTED_NAME } from './definitions.ts';
import { LIFE_FIELDS } from '../token-fields.ts';
import { accountSchema } from '../../response/problem.ts';

/** The name of a connection in a body. */
export const connectionName = z.string(ACCEPTED_NAME).refine(isConnectionName, ACCEPTED_NAME).optional().openapi({
  description: 'Which of the user’s connections to this provider is meant; by default the one without a name.',
  example: 'work',
});

const providerName = z.string().openapi({ example: 'cronofy' });

/** Validates the body of `POST /connections/{provider}/authorize/`. */
export const authorizeRequest = z
  .strictObject(
    {
      return_to: z.string('Accepted is a URL of EVERGRANT_RETURN_URLS.').optional().openapi({
        description: 'The page of the app to come back to: one of those that the operator allows, exactly.',
      }),
      connection: connectionName,
    },
    'Accepted is a JSON object.',
  )
  .openapi('AuthorizeRequest');

/** The response of `POST /connections/{provider}/authorize/`. */
export const authorizeAnswer = z
  .object({
    authorize_url: z.string().openapi({
      description: 'Send the user’s browser there. It is good until a browser has come back from the provider.',
    }),
    expires_in: z.int().openapi({ description: 'Whole seconds until it is over' }),
  })
  .openapi('Authorize');

/** Validates the body of `POST /connections/{provider}/complete/`. */
export const completeRequest = z
  .strictObject(
    {
      code: z
        .string('Accepted is the evergrant_code that the browser brought back.')
        .min(1, 'Accepted is the evergrant_code that the browser brought back.')
        .max(255, 'Accepted is the evergrant_code that the browser brought back.')
        .openapi({ description: 'The `evergrant_code` that the browser brought back to the app' }),
      replace: z
        .boolean('Accepted is true or false.')
        .default(false)
        .openapi({ description: 'Take the account in place of another one that the user had linked before.' }),
    },
    'Accepted is a JSON object.',
  )
  .openapi('CompleteRequest');

/** A connection as responses show it. */
export const connection = z
  .object({
    provider: providerName,
    connection: z.string().nullable().openapi({ description: 'Its name; null where it has none', example: null }),
    status: z.enum(['active', 'retrying', 'reconnect_required']).openapi({
      description:
        '`active`: a live token is there, or to be had by asking; `retrying`: the provider fails just now; `reconnect_required`: the user must link the account again',
    }),
    account: accountSchema.nullable(),
    connected_at: z.string().openapi({ description: 'ISO 8601' }),
    expires_in: z.int().nullable().openapi({
      description:
        'Whole seconds until the present access token expires; null where there is none, or no end of it is known',
    }),
    long_lived: LIFE_FIELDS.long_lived,
    renewable: LIFE_FIELDS.renewable,
    authorize: z
      .object({ method: z.literal('POST'), path: z.string() })
      .optional()
      .openapi({ description: 'How to have the user link the account again; there where that is required' }),
  })
  .openapi('Connection');

/** The response of `GET /connections/`. */
export const connectionList = z
  .object({
    connections: z.array(connection),
    linkable: z.array(providerName).openapi({ description: 'Providers whose accounts users can link' }),
  })
  .openapi('Connections');
