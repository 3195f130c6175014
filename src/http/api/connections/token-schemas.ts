import { z } from '@hono/zod-openapi';
import { isOrigin } from '../../../origin.ts';
import { FRONTEND_PERMISSIONS } from '../../../providers/families.ts';
import { connectionName } from './schemas.ts';
import { LIFE_FIELDS, TOKEN_FIELDS } from '../token-fields.ts';

/** The message for unknown permissions. The accepted ones differ by provider. */
export function acceptedPermissions(permissions: readonly string[]): string {
  return `Accepted are ${permissions.join(', ')}.`;
}

/** The frontend token to issue for a web page. */
const frontendRequest = z
  .object(
    {
      origin: z
        .string('Accepted is the origin of a page, such as "https://app.example.com".')
        .refine(isOrigin, 'Accepted is the origin of a page, such as "https://app.example.com".')
        .openapi({ description: 'Of the page that is to hold the token. It is good nowhere else.' }),
      permissions: z
        .array(
          z.enum(FRONTEND_PERMISSIONS, acceptedPermissions(FRONTEND_PERMISSIONS)),
          'Accepted is a list of permissions.',
        )
        .min(1, `Accepted is a list of at least one of ${FRONTEND_PERMISSIONS.join(', ')}.`)
        .openapi({ description: 'What the page may do, in Cronofy’s words' }),
    },
    'Accepted is an object with origin and permissions.',
  )
  .openapi('FrontendRequest');

/** Validates the body of `POST /connections/{provider}/token/`; unknown fields are ignored unless one resembles a field. */
export const tokenRequest = z
  .object(
    {
      ...TOKEN_FIELDS,
      connection: connectionName,
      frontend: frontendRequest.optional().openapi({
        description:
          'Asks for a token that a web page may hold as well. Cronofy has such tokens (element tokens), because its access tokens are of no use in browsers.',
      }),
    },
    'Accepted is a JSON object.',
  )
  .openapi('TokenRequest');

/** The response of `POST /connections/{provider}/token/`. */
export const tokenAnswer = z
  .object({
    access_token: z.string().openapi({ description: 'A live access token' }),
    ...LIFE_FIELDS,
    token_type: z.string(),
    refreshed: z.boolean().openapi({ description: 'True where the token was obtained for this call' }),
    provider_data: z.record(z.string(), z.unknown()).optional().openapi({
      description:
        'What the provider said beside its tokens, such as `instance_url` or `id_token`: the members that `hand_on` names in the definition of a provider. There where it names any.',
    }),
    frontend: z
      .object({
        token: z.string().openapi({ description: 'For Cronofy’s UI Elements, as `element_token`' }),
        expires_in: z.int().openapi({ description: 'Whole seconds until it expires' }),
        origin: z.string(),
        permissions: z.array(z.string()),
      })
      .optional()
      .openapi({ description: 'There where it was asked for' }),
  })
  .openapi('Token');
