import { TOKEN_LIMIT_CHARACTERS, tokenText } from '../oauth/tokens/token-set.ts';
import type { Secret } from '../secret.ts';
import { ImportLineError, type GivenField } from './import-fields.ts';

/** What a value is that looks like a token and is none, and what to give instead. */
interface Flaw {
  readonly looksSo: (text: string) => boolean;
  readonly is: string;
  readonly give: string;
}

/** What programs print where a value is missing. */
const NOTHINGS = /^(?:null|undefined|none|nil|nan|n\/a|false|true|\[object [a-z]+\])$/i;
/** What programs print where a value is secret, with the brackets that some put around it. */
const MASKED_WORD = /^[<[({*]*\s*(?:redacted|masked|hidden|filtered|removed|secret value|sensitive)\s*[>\])}*]*$/i;
/** A placeholder that was never filled in, such as `<token>`, `${TOKEN}` or `{{ token }}`. */
const PLACEHOLDER = /^(?:<[^<>]*>|\$?\{+[^{}]*\}+|%[a-z_]+%|\$[a-z_]+)$/i;
/** One character again and again, or stars, dots or bullets in the midst of a token. */
const MASK = /^(?:x{3,}|X{3,}|[*#_-]+|[.•·]{3,})$|\*{3}|\.{3}|…|[•●]{2}|x{12}|X{12}/;
const QUOTE = /^(?:b?["'`‘’“”«])|["'`‘’“”»]$/;
const HEADER = /^(?:(?:bearer|basic|token|jwt)\s|bearer(?:$|:|%20|\+)|authorization\s*:)/i;

/** Almost every token is made of these alone; shorter ones may be a word. */
const PLAIN = /^[\w\-.~+/=]{24,}$/;
/** What a mask may be made of all the same. */
const MASKS = ['...', 'x'.repeat(12), 'X'.repeat(12), '---', '___'];

const FLAWS: readonly Flaw[] = [
  {
    looksSo: (text) => HEADER.test(text),
    is: 'begins like the header that a token is sent in',
    give: 'the token alone, without "Bearer"',
  },
  { looksSo: (text) => QUOTE.test(text), is: 'has quotes around it', give: 'it without them' },
  {
    looksSo: (text) => /^\s|\s$/.test(text),
    is: 'has a space or a line break at its beginning or end',
    give: 'it without',
  },
  { looksSo: (text) => NOTHINGS.test(text), is: 'is the word for no value', give: 'the token, or leave it out' },
  {
    looksSo: (text) => MASKED_WORD.test(text) || PLACEHOLDER.test(text) || MASK.test(text),
    is: 'is a mask or a placeholder',
    give: 'the token itself, as the other program stores it',
  },
  { looksSo: (text) => /\s/.test(text), is: 'has a space or a line break inside', give: 'it in one piece' },
];

/**
 * Reads a token of a line. Its value is never part of an error.
 *
 * @throws {@link ImportLineError} if it is not one that a provider could have issued, with the reason and the remedy
 */
export function readTokenValue({ spelling, value }: GivenField): Secret {
  const flaw = typeof value === 'string' ? flawOf(value) : undefined;
  if (flaw !== undefined) {
    throw new ImportLineError(spelling, `"${spelling}" is not a token: it ${flaw.is}; give ${flaw.give}`);
  }
  const token = tokenText(value);
  if (token !== undefined) return token;
  throw new ImportLineError(
    spelling,
    `"${spelling}" is not a token (it is not shown); give 1 to ${TOKEN_LIMIT_CHARACTERS} printable ASCII characters`,
  );
}

function flawOf(text: string): Flaw | undefined {
  // Most of an import's time goes into reading; the flaws are looked for one by one only where there may be some.
  if (PLAIN.test(text) && !MASKS.some((mask) => text.includes(mask))) return undefined;
  return FLAWS.find(({ looksSo }) => looksSo(text));
}
