import { z } from 'zod';

const yesOrNo = (usual: boolean): z.ZodDefault<z.ZodBoolean> => z.boolean().default(usual).describe('true or false');
const fields = (): z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodUnknown>> =>
  z.record(z.string(), z.unknown()).default({});

/** Settings of the responses of `/token`. */
export const tokenAnswerSettings = {
  /** Whether token responses have the access token's `expires_in`. */
  expires_in_in_answer: yesOrNo(true),
  expires_in_as: z.enum(['number', 'string']).default('number').describe('"number" or "string"'),
  refresh_token_in_answer: z.enum(['always', 'when_rotated']).default('always').describe('"always" or "when_rotated"'),
  /** Whether responses with a refresh token have its lifetime, if it has one. */
  refresh_token_expires_in_in_answer: yesOrNo(false),
  scope_in_answer: yesOrNo(true),
  token_type: z.string().min(1).default('Bearer').describe('a text that is not empty'),
  /** Additional members of token responses. The text `{now}` becomes the Unix time in seconds, `{sub}` the account. */
  extra_fields: fields().describe('an object of members; "{now}" and "{sub}" stand for the time and the account'),
  /** Members of an `invalid_grant` in addition to, or instead of, `error` and `error_description`. */
  invalid_grant_fields: fields().describe('an object of members'),
};
