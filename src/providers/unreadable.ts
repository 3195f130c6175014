import { createHash } from 'node:crypto';
import { bodyText, documentOf } from '../oauth/answer/answer-body.ts';
import { answerText } from '../oauth/answer/answer-text.ts';
import { mayHoldToken } from '../oauth/answer/may-hold-token.ts';
import type { UnreadReason } from '../oauth/tokens/token-response.ts';
import type { UpstreamAnswer, UpstreamResult } from '../oauth/transport.ts';
import { Secret } from '../secret.ts';
import { VERSION } from '../version.ts';
import type { ExchangeResult, Failed, KeptAnswer } from './exchange-result.ts';

/** The headers that say how to read a body, and those by which a provider's support finds a request. */
const KEPT_HEADERS = [
  'content-type',
  'content-encoding',
  'content-language',
  'date',
  'x-request-id',
  'request-id',
  'x-correlation-id',
  'x-trace-id',
  'cf-ray',
];
/** In characters. */
const LONGEST_HEADER = 512;

/** The media types that are told. Any other text from a provider stays out of the journal. */
const FAMILIAR_TYPES = [
  ...['application/json', 'application/x-www-form-urlencoded', 'application/jwt', 'application/jose'],
  ...['application/octet-stream', 'application/gzip', 'text/plain', 'text/html', 'text/javascript', 'text/json'],
];

const WHAT_IS_ODD: Readonly<Record<UnreadReason, string>> = {
  no_access_token: 'no usable access token where one is expected',
  odd_refresh_token: 'a refresh token that nobody can use',
  odd_token_type: 'an access token of a type other than bearer',
  no_account: 'tokens without a usable account',
};

/**
 * What a success means in which no usable tokens were found: `unreadable` if it may hold tokens all the same, otherwise
 * the failure that it was taken for.
 *
 * @param failed what it is if it holds no token
 * @param found `askedAt`, when the call started, in epoch milliseconds, and what is odd about the answer
 */
export function unreadableOr(
  failed: Failed<'unknown'>,
  result: UpstreamResult,
  { askedAt, reason }: { readonly askedAt: number; readonly reason: UnreadReason },
): ExchangeResult {
  if (result.kind !== 'answered' || result.status < 200 || result.status >= 300) return failed;
  if (!mayHoldToken(result)) return failed;
  const { status, body } = result;
  const detail = `${answerText(result)}, ${mediaType(result)}, ${body.length} bytes: ${WHAT_IS_ODD[reason]}`;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const kept = { status, headers: keptHeaders(result), body: new Secret(bytes.toString('base64')), askedAt };
  return { kind: 'unreadable', detail, reason, kept };
}

/** A kept answer as if it had just come. */
export function answeredAgain({ status, headers, body: kept }: KeptAnswer): UpstreamAnswer {
  const body = Buffer.from(kept.reveal(), 'base64');
  return { kind: 'answered', status, headers, body, json: documentOf(bodyText(body)) };
}

/** Identifies a reader by this version and everything that its reading depends on, which must hold no secret. */
export function readerFingerprint(definition: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([VERSION, definition]))
    .digest('base64url')
    .slice(0, 22);
}

function mediaType({ headers }: UpstreamAnswer): string {
  const [told = ''] = String(headers['content-type'] ?? '').split(';');
  const type = told.trim().toLowerCase();
  if (type === '') return 'no media type';
  return FAMILIAR_TYPES.find((familiar) => familiar === type) ?? 'an unfamiliar media type';
}

function keptHeaders({ headers }: UpstreamAnswer): Record<string, string> {
  const kept = KEPT_HEADERS.map((name) => [name, String(headers[name] ?? '').slice(0, LONGEST_HEADER)] as const);
  return Object.fromEntries(kept.filter(([, value]) => value !== ''));
}
