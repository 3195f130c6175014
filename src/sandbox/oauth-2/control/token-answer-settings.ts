import { z } from 'zod';

const yesOrNo = (usual: boolean): z.ZodDefault<z.ZodBoolean> => z.boolean().default(usual).describe('true or false');
const fields = (): z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodUnknown>> =>
  z.record(z.string(), z.unknown()).default({});

/** What the answers of `/token` say. */
export const tokenAnswerSettings = {
  /** Whether token answers tell how long the access token lives. */
  expires_in_in_answer: yesOrNo(true),
  expires_in_as: z.enum(['number', 'string']).default('number').describe('"number" or "string"'),
  refresh_token_in_answer: z.enum(['always', 'when_rotated']).default('always').describe('"always" or "when_rotated"'),
  /** Whether answers with a refresh token tell how long it lives, where it ends at all. */
  refresh_token_expires_in_in_answer: yesOrNo(false),
  scope_in_answer: yesOrNo(true),
  token_type: z.string().min(1).default('Bearer').describe('a text that is not empty'),
  /** Further members of token answers. The text `{now}` becomes the Unix time in seconds, `{sub}` the account. */
  extra_fields: fields().describe('an object of members; "{now}" and "{sub}" stand for the time and the account'),
  /** Members that an `invalid_grant` has besides, or instead of, `error` and `error_description`. */
  invalid_grant_fields: fields().describe('an object of members'),
};
