import { answerText, noAnswerText } from '../../oauth/answer/answer-text.ts';
import { retryAfterMs } from '../../oauth/retry-after.ts';
import type { UpstreamAnswer, UpstreamResult } from '../../oauth/transport.ts';
import { shownText } from '../to-profile.ts';
import type { AccountProfile, Failed, Throttled } from '../provider.ts';

const LONGEST_BLOCK_MS = 120_000;

/** The codes that API v2 is known to send. */
const KNOWN_CODES = [
  'UnauthorizedException',
  'BadRequestException',
  'ForbiddenException',
  'NotFoundException',
  'ConflictException',
  'TokenExpiredException',
  'ThrottlerException',
  'HttpException',
  'NOT_FOUND',
  'CONFLICT',
  'BAD_REQUEST',
  'INTERNAL_SERVER_ERROR',
];

/** The fields of request bodies that we send to it. */
const BODY_FIELDS = ['email', 'timeZone', 'name', 'metadata', 'refreshToken'] as const;

/** A field of a request body that is sent to API v2. */
export type BodyField = (typeof BODY_FIELDS)[number];

/** An error in the form of Cal.com's API v2: `{status: "error", error: {code, message, details?}}`. */
export interface CalComError {
  readonly status: number;
  /**
   * The exception's class, such as `BadRequestException`, or a code of the database layer, such as `NOT_FOUND`;
   * undefined if it is not a known one.
   */
  readonly code: string | undefined;
  /** Only compared; `text` has what of it may be shown. */
  readonly message: string;
  /** The answer as text for the operator. */
  readonly text: string;
  /** The delay that it asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** True if validation refused fields of the body. */
  readonly isInvalid: boolean;
  /** The refused fields that our bodies have. */
  readonly invalidFields: readonly BodyField[];
}

/** An answer of API v2 in terms that all operations share. Only `error` must be interpreted by the operation. */
export type CalComResult =
  | { readonly kind: 'success'; readonly data: unknown }
  | { readonly kind: 'error'; readonly error: CalComError }
  | Failed<'client_refused'>
  | Throttled
  | Failed<'unknown'>
  | Failed<'not_sent'>;

/**
 * Interprets what all operations have in common. Only a well-formed error envelope counts as an answer from Cal.com: a
 * proxy's HTML page or a bare status says nothing about a grant and leaves the exchange `unknown`.
 *
 * @param now epoch milliseconds
 */
export function judgeEnvelope(result: UpstreamResult, now: number): CalComResult {
  if (result.kind === 'not_sent') return { kind: 'not_sent', detail: noAnswerText(result), cause: result.cause };
  if (result.kind === 'unanswered') return { kind: 'unknown', detail: noAnswerText(result), cause: result.cause };
  if (result.status === 429) return throttled(result, now);
  const body = asObject(result.json);
  if (result.status >= 200 && result.status < 300) {
    if (body?.['status'] === 'success') return { kind: 'success', data: body['data'] };
    return { kind: 'unknown', detail: `${answerText(result)} without a success envelope` };
  }
  const error = result.status >= 400 && result.status < 500 ? calComError(result, body, now) : undefined;
  if (error === undefined) return { kind: 'unknown', detail: answerText(result), ...asked(wait(result, now)) };
  if (error.status === 401 || error.status === 403) return clientRefused(error);
  return { kind: 'error', error };
}

/** The result if Cal.com objects to the OAuth client or our request, so that no grant is to blame. */
export function clientRefused(error: CalComError): Failed<'client_refused'> {
  return failed('client_refused', error);
}

/** A failure with what the error says. */
export function failed<Kind extends string>(kind: Kind, { text, retryAfterMs: waitMs }: CalComError): Failed<Kind> {
  return { kind, detail: text, ...asked(waitMs) };
}

/** The profile of a managed user in API v2; undefined if the object has no usable id. */
export function accountProfile(value: unknown): AccountProfile | undefined {
  const user = asObject(value);
  const id = user?.['id'];
  if (user === undefined || typeof id !== 'number' || !Number.isSafeInteger(id) || id <= 0) return undefined;
  return {
    accountId: String(id),
    username: shownText(user['username']),
    email: shownText(user['email']),
    name: shownText(user['name']),
    timeZone: shownText(user['timeZone']),
    timeFormat: numberOrNull(user['timeFormat']),
    weekStart: shownText(user['weekStart']),
    locale: shownText(user['locale']),
    defaultScheduleId: numberOrNull(user['defaultScheduleId']),
    avatarUrl: shownText(user['avatarUrl']),
    bio: shownText(user['bio']),
    createdAt: shownText(user['createdDate']),
  };
}

/** `value` if it is a plain JSON object, otherwise undefined. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function throttled(answer: UpstreamAnswer, now: number): Throttled {
  return { kind: 'throttled', detail: answerText(answer), ...asked(wait(answer, now) ?? resetMs(answer, now)) };
}

function wait({ headers }: UpstreamAnswer, now: number): number | undefined {
  return retryAfterMs(headers['retry-after'], now);
}

function asked(waitMs: number | undefined): { readonly retryAfterMs?: number } {
  return waitMs === undefined ? {} : { retryAfterMs: waitMs };
}

/**
 * The delay in milliseconds. Cal.com sends no `Retry-After` but a header of its own. According to its code the header
 * counts the seconds left, according to its documentation it is a Unix time. A block lasts a minute, so the two can be
 * told apart and nothing longer is believed.
 */
function resetMs(answer: UpstreamAnswer, now: number): number | undefined {
  const reset = Number(answer.headers['x-ratelimit-reset-default'] ?? NaN);
  if (!Number.isFinite(reset)) return undefined;
  const wait = reset > 1e9 ? reset * 1000 - now : reset * 1000;
  return Math.min(LONGEST_BLOCK_MS, Math.max(1_000, wait));
}

function calComError(
  answer: UpstreamAnswer,
  body: Readonly<Record<string, unknown>> | undefined,
  now: number,
): CalComError | undefined {
  const error = asObject(body?.['error']);
  const code = error?.['code'];
  const message = error?.['message'];
  if (body?.['status'] !== 'error' || typeof code !== 'string' || typeof message !== 'string') return undefined;
  const errors = asObject(error?.['details'])?.['errors'];
  const refused: unknown[] = Array.isArray(errors) ? errors.map((each: unknown) => asObject(each)?.['property']) : [];
  const known = KNOWN_CODES.find((each) => each === code);
  return {
    status: answer.status,
    code: known,
    message,
    text: answerText(answer, known),
    retryAfterMs: wait(answer, now),
    isInvalid: refused.some((name) => typeof name === 'string'),
    invalidFields: BODY_FIELDS.filter((field) => refused.includes(field)),
  };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
