import { holdsTraceOf } from './traces.ts';

/** Stands where something was taken out. */
export const REMOVED = '[removed]';

const LONGEST_READ = 2_000;
const LONGEST_SHOWN = 200;
const LONGEST_CODE = 64;
/** So many letters of a secret in a code or a text are too many beside another that echoes it. */
const SHARED_WITH_ECHO = 4;
/** From this length on, a word with so many digits is taken for a token. */
const LONG_RUN = 20;
const MOST_DIGITS = 2;
/** An error code of a provider, such as `AADSTS7000222`, is shorter. */
const LONGEST_MIXED = 13;
const LONGEST_NUMBER = 11;
const LONGEST_WORD = 16;
const LONGEST_COMPOUND = 48;
/** In words joined by capitals, how long they are on average at least. */
const SHORTEST_HUMP = 4;
const LONGEST_RUN = 80;

const CODE = /^[A-Za-z0-9][\w.:/#-]*$/;
const TIME = /^\d{4}-\d\d-\d\dT?[\d:.]*(?:Z|[+-]\d\d:?\d\d)?$/;

/**
 * A provider's text as an operator may see it, on one line: at most 200 printable characters, without e-mails and
 * without whatever may be a token. Nothing is left of a text that gives something of the secrets away.
 *
 * @param secrets what the provider was given or gave in confidence, in plain text
 * @param code what stands beside it: where that or both together give something away, the text is looked at the closer
 * @returns undefined if the text is empty
 */
export function harmlessText(text: string, secrets: readonly string[], code = ''): string | undefined {
  const start = text.slice(0, LONGEST_READ);
  const read = printable(start);
  if (read === '') return undefined;
  const isEcho = code !== '' && holdsTraceOf(code.slice(0, LONGEST_READ) + start, secrets);
  const shared = isEcho ? SHARED_WITH_ECHO : undefined;
  if (holdsTraceOf(start, secrets, shared) || holdsTraceOf(read, secrets, shared)) return REMOVED;
  const shown = read
    .split(' ')
    .map((run) => (mayBeToken(run) ? REMOVED : run))
    .join(' ')
    .replace(/(?:\[removed\] ?){2,}/g, `${REMOVED} `)
    .trim();
  if (shown.length <= LONGEST_SHOWN) return shown;
  return `${shown.slice(0, shown.lastIndexOf(' ', LONGEST_SHOWN) + 1 || LONGEST_SHOWN).trimEnd()}…`;
}

/**
 * A provider's error code as an operator may see it.
 *
 * @param secrets as for {@link harmlessText}
 * @param description what stands beside it: where that or both together give something away, the code is looked at the
 *   closer
 * @returns undefined if it is no code but a sentence, or nothing
 */
export function harmlessCode(code: string, secrets: readonly string[], description = ''): string | undefined {
  if (!CODE.test(code)) return undefined;
  if (code.length > LONGEST_CODE || mayBeToken(code) || holdsTraceOf(code, secrets)) return REMOVED;
  const isEcho = holdsTraceOf(code + description.slice(0, LONGEST_READ), secrets);
  return isEcho && holdsTraceOf(code, secrets, SHARED_WITH_ECHO) ? REMOVED : code;
}

function printable(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Co}\p{Cn}]/gu, '')
    .replace(/["`]/g, "'")
    .replace(/[\p{Cc}\p{Z}<>\\\uFFFD]+/gu, ' ')
    .trim();
}

/** Whether a run of characters without blanks may be a token, a key, an address or another long secret. */
function mayBeToken(run: string): boolean {
  if (/eyJ[\w-]{4}|[^\s@]@[^\s@]|(?:%[\da-f]{2}.*){2}/i.test(run) || run.length > LONGEST_RUN) return true;
  const bare = run.replace(/^\p{P}+|\p{P}+$/gu, '');
  if (TIME.test(bare)) return false;
  if (run.length >= LONG_RUN && (run.match(/\d/g) ?? []).length > MOST_DIGITS) return true;
  return bare.split(/[^\p{L}\p{N}]+/u).some(isOdd);
}

function isOdd(word: string): boolean {
  if (/^\d+$/.test(word)) return word.length > LONGEST_NUMBER;
  if (/\d/.test(word)) return word.length > LONGEST_MIXED;
  if (word.length <= LONGEST_WORD) return isCrooked(word);
  const humps = word.split(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/).length;
  return word.length > LONGEST_COMPOUND || humps === 1 || word.length / humps < SHORTEST_HUMP;
}

/** Whether capitals stand in a short word as they do in no language and no code. */
function isCrooked(word: string): boolean {
  return word.length >= 10 && (word.match(/(?<=[a-z])(?=[A-Z])/g) ?? []).length * 3 > word.length;
}
