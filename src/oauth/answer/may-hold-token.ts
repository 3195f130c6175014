import { bodyText } from './answer-body.ts';
import { jsonMember } from '../json-member.ts';
import type { UpstreamAnswer } from '../transport.ts';

/** Names of members and parameters under which servers send tokens. */
const SPEAKS_OF_TOKENS = /token|access|refresh|credential/i;
/** The same in a text that is no JSON: a name with its value behind it. */
const SPOKEN_OF = /(?:token|access|refresh|credential)\w*["']?\s*[=:]/i;
/** Whatever is shorter is no token of a server that can be trusted with one. */
const SHORTEST_TOKEN = 16;
const LONG_WORD = /\S{16,}/;
const MARKUP = /^</;
const MARKUP_TYPE = /html|xml/i;
/** Long texts without blanks that are plainly something else. */
const URL_TEXT = /^https?:\/\//i;
const URLS = /https?:\/\/\S+/gi;
const DATE_TEXT = /^\d{4}-\d\d-\d\d[T\d:.+Z-]*$/i;
/** Where proxies and gateways name a request; a token endpoint that hands out tokens there is unheard of. */
const NAMES_REQUEST = /^(?:x[-_]?)?(?:request|trace|correlation|ray|incident|transaction)[-_]?id$/i;
/** Members beyond this number are not looked at: with so many, a token may be among them. */
const MOST_MEMBERS = 100_000;

/**
 * Whether a successful answer of a token endpoint that nobody understands may hold a token all the same. False only for
 * what plainly holds none: nothing at all, HTML or XML (a bot wall, a proxy's page), an error by its content, or a
 * document in which no member is named after a token and no text is as long and unbroken as one. A true answer must
 * not be thrown away: a rotating server has spent the refresh token for it.
 *
 * @param answer one with a status from 200 to 299
 */
export function mayHoldToken({ headers, body, json }: Pick<UpstreamAnswer, 'headers' | 'body' | 'json'>): boolean {
  if (json !== undefined) return !isError(json) && mayBeIn(json);
  const text = bodyText(body);
  if (text === '' || MARKUP.test(text)) return false;
  // Compressed, encrypted, or in another encoding: no text that we know.
  if (text.includes('\ufffd')) return true;
  if (MARKUP_TYPE.test(String(headers['content-type'] ?? ''))) return false;
  return SPOKEN_OF.test(text) || LONG_WORD.test(text.replace(URLS, ''));
}

/** An error that came with a success status, as some servers send all of theirs. */
function isError(json: unknown): boolean {
  const error = jsonMember(json, 'error');
  const isTold = typeof error === 'string' ? error.trim() !== '' : isFilled(error);
  return isTold || jsonMember(json, 'ok') === false;
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

interface Found {
  readonly name: string;
  readonly value: unknown;
  /** Whether a name above it speaks of tokens. */
  readonly isSpokenOf: boolean;
}

/** Walks the document without recursion, as a server decides how deep it is. */
function mayBeIn(json: unknown): boolean {
  const ahead: Found[] = [{ name: '', value: json, isSpokenOf: false }];
  for (let seen = 0; seen < MOST_MEMBERS; seen += 1) {
    const next = ahead.pop();
    if (next === undefined) return false;
    const { name, value } = next;
    const isSpokenOf = next.isSpokenOf || SPEAKS_OF_TOKENS.test(name);
    if (typeof value === 'object' && value !== null) {
      for (const [inner, each] of Object.entries(value)) {
        ahead.push({ name: Array.isArray(value) ? name : inner, value: each, isSpokenOf });
      }
    } else if (isSpokenOf ? holdsSomething(value) : isLikeToken(name, value)) return true;
  }
  return true;
}

/** An empty text, null, true and false hold no token, whatever they are called. */
function holdsSomething(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
}

function isLikeToken(name: string, value: unknown): boolean {
  if (typeof value !== 'string' || NAMES_REQUEST.test(name)) return false;
  const text = value.trim();
  if (text.length < SHORTEST_TOKEN || /\s/.test(text) || DATE_TEXT.test(text)) return false;
  return !URL_TEXT.test(text) || SPEAKS_OF_TOKENS.test(text);
}
