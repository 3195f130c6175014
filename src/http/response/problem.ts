import { z } from '@hono/zod-openapi';
import { COMMON_HEADERS } from './answer.ts';
import type { Answer } from '../endpoint.ts';

/** The media type of problem details (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json';

/** One problem with a request. */
const fieldErrorSchema = z
  .object({
    field: z.string().openapi({ description: 'The name of the field, as it was sent.', example: 'timezone' }),
    message: z.string().openapi({ description: 'What is wrong with it, and what is accepted.' }),
  })
  .openapi('FieldError');

/** An account at a provider, as people recognize it. */
export const accountSchema = z
  .object({
    id: z.string(),
    email: z.string().nullable(),
    username: z.string().nullable(),
    name: z.string().nullable(),
  })
  .openapi('Account');

/** The body of every error response (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'about:blank' }),
    title: z.string().openapi({ description: "The status's own name.", example: 'Bad Request' }),
    status: z.number().int().openapi({ example: 400 }),
    code: z.string().openapi({ description: 'Stable; branch on this.', example: 'invalid_request' }),
    detail: z.string().openapi({ description: 'What happened and what to do next, fit to show a person.' }),
    errors: z.array(fieldErrorSchema).optional(),
    authorize_url: z
      .string()
      .optional()
      .openapi({ description: 'Where to send the user’s browser, where its consent is all that is missing.' }),
    account: accountSchema.optional().openapi({ description: 'Of `other_account`: the account that was chosen now.' }),
    present_account: accountSchema.optional().openapi({ description: 'Of `other_account`: the one linked already.' }),
  })
  .openapi('Problem');

/** One problem with a request. */
export type FieldError = z.infer<typeof fieldErrorSchema>;

type ProblemMembers = Readonly<Pick<z.infer<typeof problemSchema>, 'authorize_url' | 'account' | 'present_account'>>;

/** An error that maps to an HTTP response (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Extension members of the body (RFC 9457 section 3.2). */
  readonly members: ProblemMembers;

  /** @param detail a message that is safe to show; holds no secrets */
  constructor(
    status: number,
    code: string,
    detail: string,
    extras: {
      errors?: readonly FieldError[];
      headers?: Readonly<Record<string, string>>;
      members?: ProblemMembers;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: extras.cause });
    this.status = status;
    this.code = code;
    this.errors = extras.errors;
    this.headers = extras.headers ?? {};
    this.members = extras.members ?? {};
  }

  /** The reason phrase of the status (RFC 9110). */
  get title(): string {
    return TITLES[this.status] ?? 'Error';
  }

  /** Renders the response. */
  toAnswer(): Answer {
    const body = {
      type: 'about:blank',
      title: this.title,
      status: this.status,
      code: this.code,
      detail: this.message,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
      ...this.members,
    };
    const headers = { ...COMMON_HEADERS, 'content-type': PROBLEM_TYPE, ...this.headers };
    return { status: this.status, headers, body: JSON.stringify(body) };
  }
}

/** The reason phrases of RFC 9110. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
