import { z } from 'zod';
import { READY_DEFINITIONS } from '../../providers/oauth-2/ready/index.ts';
import { account } from './account-schema.ts';
import { url, urlParameters } from './url-schema.ts';
import { clientCertificate, clientKey, handOn, requestHeaders, requestParameters } from './request-schema.ts';

/** The names of the presets, for messages. */
export const PRESETS = Object.keys(READY_DEFINITIONS).join(', ');

const SIGNALS = 'a list of objects with status (200 to 599), error and, where the code stands elsewhere, at';
const STATUS = 'a status from 200 to 599';
const CODE = 'the code that the provider answers, a text or a whole number; none only with a status from 400';

// Each message says what is accepted. A fault is shown as the member's path, the problem and this message.
const seconds = number('a whole number of seconds from 1');
const tokenPlace = text('where it stands in the answer, such as data.access_token');
const texts = z.array(text('a text'), 'a list of texts');

const CLIENT_AUTHS = [
  ...(['body', 'basic', 'basic_plain', 'basic_and_id'] as const),
  ...(['private_key_jwt', 'tls_client_auth', 'none'] as const),
];

const signal = z
  .strictObject(
    {
      status: z.int(STATUS).min(200, STATUS).max(599, STATUS),
      error: z.union([z.string().min(1), z.int()], CODE).optional(),
      at: text('where the code stands in the answer, such as data.code or errors[].code').optional(),
    },
    SIGNALS,
  )
  .refine(isWhole, { path: ['error'], error: CODE });

/** The schema of one provider in the file. Each message says what is accepted there. */
export const writtenProvider = z.strictObject(
  {
    preset: z.enum(Object.keys(READY_DEFINITIONS), PRESETS).optional(),
    client_id: z
      .string('the client id as the provider shows it')
      .regex(/^[\x21-\x7e]{1,255}$/, 'the client id as the provider shows it'),
    client_secret_env: text('the name of the environment variable that holds the secret').optional(),
    parameters: urlParameters.optional(),
    allow_http: z.boolean('true or false').optional(),
    token_url: url.optional(),
    refresh_url: url.optional(),
    revoke_url: url.optional(),
    client_auth: z.enum(CLIENT_AUTHS, `${CLIENT_AUTHS.slice(0, -1).join(', ')} or none`).optional(),
    client_key: clientKey.optional(),
    client_certificate: clientCertificate.optional(),
    headers: requestHeaders.optional(),
    token_parameters: requestParameters.optional(),
    refresh_parameters: requestParameters.optional(),
    refresh_scopes: texts.optional(),
    revoke_parameters: requestParameters.optional(),
    body: z.enum(['form', 'json'], 'form or json').optional(),
    on_reuse: z
      .enum(['reject', 'grace', 'accept', 'revoke_family'], 'reject, grace, accept or revoke_family')
      .optional(),
    requests_per_minute: number('a whole number from 1').optional(),
    dead_grant: z.array(signal, SIGNALS).optional(),
    wrong_client: z.array(signal, SIGNALS).optional(),
    access_token_at: tokenPlace.optional(),
    refresh_token_at: tokenPlace.optional(),
    token_types: texts.optional(),
    default_access_ttl_seconds: seconds.optional(),
    longest_access_ttl_seconds: seconds.optional(),
    hand_on: handOn.optional(),
    refresh_ttl_seconds: seconds.optional(),
    refresh_idle_ttl_seconds: seconds.optional(),
    authorize_url: url.optional(),
    scopes: texts.optional(),
    scope_separator: text('a text').optional(),
    authorize_parameters: z.record(z.string(), text('a text'), 'an object of texts').optional(),
    pkce: z.boolean('true or false').optional(),
    redirect_uri: url.optional(),
    issuer: text('what the provider calls itself in iss').optional(),
    account: account.optional(),
  },
  'an object of members, as docs/providers/adding.md lists them',
);

/** The members that are objects with members of their own. */
const OBJECTS: Readonly<Record<string, { readonly shape: object }>> = {
  account,
  client_key: clientKey,
  client_certificate: clientCertificate,
};

/** One provider as written in the file. */
export type WrittenProvider = z.infer<typeof writtenProvider>;

/** The members allowed in a provider, or in the object under one of its members. */
export function membersAt(member: string | undefined): readonly string[] {
  if (member === undefined) return Object.keys(writtenProvider.shape);
  return Object.keys((OBJECTS[member] ?? signal).shape);
}

function text(accepted: string) {
  return z.string(accepted);
}

function number(accepted: string) {
  return z.int(accepted).min(1, accepted);
}

/** A success alone says nothing, and a place needs a code that stands there. */
function isWhole({ status, error, at }: { status: number; error?: unknown; at?: unknown }): boolean {
  return error !== undefined || (status >= 400 && at === undefined);
}
