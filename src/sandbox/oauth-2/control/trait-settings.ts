import { z } from 'zod';

const members = (): z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>> =>
  z.record(z.string(), z.unknown()).nullable();
const FILLED = 'in which "{sub}", "{email}", "{name}" and "{now}" stand for the account and the time';

/** Settings by which a provider differs from the standard, or from others that keep to it. */
export const traitSettings = {
  /** The status of an `invalid_grant`. */
  refusal_status: z.int().min(200).max(499).default(400).describe('a status from 200 to 499'),
  /** Members of an `invalid_client` in addition to, or instead of, `error` and `error_description`. */
  invalid_client_fields: z.record(z.string(), z.unknown()).default({}).describe('an object of members'),
  /** The format of token responses and of their errors. */
  token_answer_as: z
    .enum(['json', 'form', 'form_unless_json_is_accepted'])
    .default('json')
    .describe('"json", "form" or "form_unless_json_is_accepted"'),
  /** The member of token responses that holds the tokens and what belongs to them; null for none. */
  tokens_under: z.string().min(1).nullable().default(null).describe('null (none) or the name of a member'),
  /** Claims of an ID token besides `sub`, `aud` and its times; null for no ID token. */
  id_token_claims: members().default(null).describe(`null (no ID token) or an object, ${FILLED}`),
  /** What `/userinfo` answers instead of `{sub, email, name}`. */
  account_fields: members().default(null).describe(`null (those of OpenID Connect) or an object, ${FILLED}`),
  /** The method by which `/userinfo` must be asked. */
  account_method: z.enum(['GET', 'POST']).default('GET').describe('"GET" or "POST"'),
  /** Headers that every request of the client must have, by name in lower case. */
  required_headers: z.record(z.string(), z.string()).default({}).describe('an object of texts'),
  /** Parameters of the redirect besides those of the standards. */
  callback_fields: z.record(z.string(), z.string()).default({}).describe('an object of texts'),
  /** How the revocation of an unknown or dead token is answered: as RFC 7009 asks for, or with a 400 `invalid_token`. */
  revoke_unknown_token: z.enum(['accept', 'refuse']).default('accept').describe('"accept" or "refuse"'),
};
