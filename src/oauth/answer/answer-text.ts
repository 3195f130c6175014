import { harmlessCode, harmlessText, REMOVED } from './harmless-text.ts';
import { jsonMemberAt } from '../json-member.ts';
import { holdsTraceOf } from './traces.ts';
import type { UpstreamAnswer, UpstreamCall, UpstreamResult } from '../transport.ts';

/** Where providers put the code of an error, the standard's place first (RFC 6749 section 5.2). */
const CODE_PLACES = [
  'error',
  'error.code',
  'error.type',
  'error.status',
  'error_code',
  'errorCode',
  'code',
  'errors.0.code',
  'errors.0.errorType',
];
const TEXT_PLACES = [
  'error_description',
  'error.message',
  'error.error_description',
  'errors.0.message',
  'errors.0.detail',
  'error_message',
  'errorMessage',
  'message',
  'msg',
  'detail',
  'error',
];
/** What we send that is no secret. */
const PUBLIC_PARAMETERS = [
  ...['grant_type', 'client_id', 'redirect_uri', 'response_type', 'scope', 'resource', 'audience', 'token_type_hint'],
  ...['timeZone', 'version', 'permissions', 'origin', 'code_challenge_method', 'client_assertion_type'],
];
const PUBLIC_HEADERS = ['content-type', 'accept', 'user-agent', 'host', 'x-cal-client-id', 'content-length'];

/** A provider's error, as in a response or in a browser's address. */
export interface ToldError {
  readonly code: unknown;
  readonly description: unknown;
}

type Sent = Pick<UpstreamCall, 'url' | 'headers' | 'body'>;

/**
 * What an answer says, as one line for the operator: the path that was asked, the status, where a redirect pointed, and
 * the provider's own error and description as far as they are harmless. Nothing that the call was sent with or that the
 * answer gave in confidence gets through. Where it is not known what was sent, only the status and `known` are told.
 *
 * @param known a code that is known to be harmless, in place of the provider's own
 */
export function answerText(answer: UpstreamAnswer, known?: string): string {
  const { status, json, headers, sent: call } = answer;
  if (call === undefined) return known === undefined ? `HTTP ${status}` : `HTTP ${status} ${known}`;
  const secrets = [...secretsSent(call), ...secretsIn(json)];
  const error = { code: known ?? firstAt(json, CODE_PLACES), description: firstAt(json, TEXT_PLACES, known) };
  const place = redirect(status, headers['location'], { base: call.url, secrets });
  const told = errorText(error, secrets, known);
  return `${pathOf(call.url)} answers HTTP ${status}${place}${told === undefined ? '' : ` ${told}`}`;
}

/**
 * A provider's error and its description as one text; undefined if nothing is left of either.
 *
 * @param secrets what must not get through, in plain text
 * @param known as for {@link answerText}
 */
export function errorText({ code, description }: ToldError, secrets: readonly string[], known?: string) {
  const said = isText(description) && String(description) !== String(code) ? String(description) : undefined;
  const word = known ?? (isText(code) ? harmlessCode(String(code).trim(), secrets, said) : undefined);
  // An error that is a sentence says no code.
  const sentence = said ?? (word === undefined && isText(code) ? String(code) : undefined);
  const parts = [
    word,
    sentence === undefined ? undefined : harmlessText(sentence, secrets, isText(code) ? String(code) : ''),
  ];
  const shown = parts.filter((part) => part !== undefined).join(': ') || undefined;
  // Half of a secret in each is a secret too.
  return shown !== undefined && holdsTraceOf(shown, secrets) ? (known ?? REMOVED) : shown;
}

/** The error code in an answer and the path where it stands, as far as it is harmless; undefined if there is none. */
export function errorCodeIn({
  json,
  sent,
}: UpstreamAnswer): { readonly code: string; readonly at: string } | undefined {
  const secrets = [...(sent === undefined ? [] : secretsSent(sent)), ...secretsIn(json)];
  for (const at of CODE_PLACES) {
    const value = jsonMemberAt(json, at);
    const code = isText(value) ? harmlessCode(String(value), secrets) : undefined;
    if (code !== undefined && code !== REMOVED) return { code, at };
  }
  return undefined;
}

/** Why a call brought no answer, as one line for the operator. */
export function noAnswerText({ kind, sent }: Exclude<UpstreamResult, UpstreamAnswer>): string {
  const what = kind === 'not_sent' ? 'could not connect' : 'no complete answer';
  return sent === undefined ? what : `${pathOf(sent.url)}: ${what}`;
}

/** The path of a URL of ours, without its query. */
function pathOf(url: string): string {
  return new URL(url).pathname;
}

function isText(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

function firstAt(json: unknown, places: readonly string[], except?: string): unknown {
  return places.map((place) => jsonMemberAt(json, place)).find((value) => isText(value) && value !== except);
}

/** Origin and path of where a redirect points; its query may hold anything. */
function redirect(
  status: number,
  header: string | string[] | undefined,
  { base, secrets }: { base: string; secrets: readonly string[] },
): string {
  const location = Array.isArray(header) ? header[0] : header;
  if (status < 300 || status >= 400 || location === undefined || !URL.canParse(location, base)) return '';
  const { origin, host, protocol, pathname } = new URL(location, base);
  const start = origin === 'null' ? `${protocol}//${host}` : origin;
  const shown = [start, ...pathname.split('/').slice(1)].map((part) =>
    part === '' ? '' : (harmlessText(part.replaceAll('.', ' . '), secrets)?.replaceAll(' . ', '.') ?? ''),
  );
  const whole = harmlessText(`${start}${pathname}`.replaceAll(/[/.]/g, ' '), secrets);
  return ` to ${whole?.startsWith(REMOVED) === true ? whole : shown.join('/')}`;
}

/** Everything confidential that a call was sent with, in plain text. */
function secretsSent({ url, headers, body }: Sent): string[] {
  const given = Object.entries(headers)
    .filter(([name]) => !PUBLIC_HEADERS.includes(name.toLowerCase()))
    .flatMap(([, value]) => credentialsIn(value));
  return [...given, ...new URL(url).searchParams.values(), ...valuesOf(body ?? '')];
}

/** A header's value, and what its scheme hides. */
function credentialsIn(header: string): string[] {
  const [, scheme = '', credentials = header] = /^(\S+) +(\S+)$/.exec(header) ?? [];
  if (scheme.toLowerCase() !== 'basic') return [credentials];
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  const secret = pair.slice(pair.indexOf(':') + 1);
  return [pair, secret, decodedForm(secret)];
}

function decodedForm(text: string): string {
  return new URLSearchParams(`v=${text}`).get('v') ?? text;
}

function valuesOf(body: string): string[] {
  try {
    return stringsIn(JSON.parse(body));
  } catch {
    return [...new URLSearchParams(body)].filter(([name]) => !PUBLIC_PARAMETERS.includes(name)).map(([, text]) => text);
  }
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (PUBLIC_PARAMETERS.includes(name) ? [] : stringsIn(inner)));
}

const CONFIDENTIAL = /token|secret|password|assertion|jwt|cookie/i;
const SHORTEST_TOKEN = 6;

/** What an answer gives in confidence: a refusal may bring tokens all the same. */
function secretsIn(json: unknown, depth = 0): string[] {
  if (typeof json !== 'object' || json === null || depth > 4) return [];
  return Object.entries(json).flatMap(([name, value]) => {
    if (typeof value !== 'string') return secretsIn(value, depth + 1);
    const isGiven = CONFIDENTIAL.test(name) && !/error|type|message/i.test(name) && value.length >= SHORTEST_TOKEN;
    return isGiven ? [value] : [];
  });
}
