/** From so many letters and digits in a row on, a text does not share them with a secret by chance. */
const SHARED_CHARACTERS = 8;
/** A shared piece that has fewer characters outside ordinary words gives nothing of a secret away. */
const TELLING_CHARACTERS = 3;
/** A shorter secret, in letters and digits, counts only as a whole and word for word. */
const SHORTEST_PIECE = 4;
const LAYERS_OF_ENCODING = 3;

/** Words that a text about a refusal has anyway, and that careless secrets are made of. */
const ORDINARY =
  /refresh|access|token|client|secret|sandbox|oauth|authori[sz]ation|invalid|expired|revoked|bearer|grant|server|request|credential|password|provider|account|google|microsoft|cronofy|calendly|code|test/g;

/** One spelling of a secret, and where it holds more than ordinary words. */
interface Spelling {
  readonly text: string;
  /** For each position, how many telling characters there are before it. */
  readonly telling: readonly number[];
}

/**
 * Whether a text gives something of a secret away: the secret itself or a piece of it, whatever stands in between, in
 * other letters, and percent-encoded, escaped, in base64 or in hexadecimal.
 *
 * @param secrets in plain text; empty ones are ignored
 * @param shared how long a piece is at least, in letters and digits
 */
export function holdsTraceOf(text: string, secrets: readonly string[], shared = SHARED_CHARACTERS): boolean {
  const readings = readingsOf(text);
  const letters = readings.map(lettersOf);
  const pieces = new Set(letters.flatMap((each) => piecesOf(each, shared)));
  return secrets.some((secret) => {
    const plain = lettersOf(secret);
    if (plain.length < SHORTEST_PIECE) return readings.some((reading) => standsIn(reading, secret));
    const isThere = isOrdinary(plain)
      ? readings.some((reading) => standsIn(reading, secret))
      : letters.some((each) => each.includes(plain));
    return isThere || spellingsOf(secret).some((spelling) => sharesPiece(spelling, pieces, shared));
  });
}

/** Whether it consists of ordinary words alone, which may stand in any text. */
function isOrdinary(letters: string): boolean {
  return letters.replace(ORDINARY, '') === '';
}

/** Whether the secret stands in the text by itself, and not within a word. */
function standsIn(text: string, secret: string): boolean {
  if (secret === '') return false;
  const isLetter = (character: string | undefined) => /[\p{L}\p{N}]/u.test(character ?? '');
  for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1)) {
    if (!isLetter(text[at - 1]) && !isLetter(text[at + secret.length])) return true;
  }
  return false;
}

function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** The text as it is and with its encodings taken off. */
function readingsOf(text: string): string[] {
  const readings = new Set([text]);
  let inner = text;
  for (let layer = 0; layer < LAYERS_OF_ENCODING; layer += 1) {
    inner = decoded(inner);
    readings.add(inner);
  }
  return [...readings];
}

function decoded(text: string): string {
  const character = (digits: string, base: number) => {
    const code = Number.parseInt(digits, base);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  };
  return text
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => character(hex, 16))
    .replace(/\\u\{?([\da-f]{4,6})\}?/gi, (_, hex: string) => character(hex, 16))
    .replace(/\\x([\da-f]{2})/gi, (_, hex: string) => character(hex, 16))
    .replace(/&#x([\da-f]{1,6});?/gi, (_, hex: string) => character(hex, 16))
    .replace(/&#(\d{1,7});?/g, (_, digits: string) => character(digits, 10));
}

function piecesOf(letters: string, length: number): string[] {
  const pieces = [];
  for (let start = 0; start + length <= letters.length; start += 1) {
    pieces.push(letters.slice(start, start + length));
  }
  return pieces;
}

function spellingsOf(secret: string): Spelling[] {
  const bytes = Buffer.from(secret);
  const encoded = [0, 1, 2].map((offset) => inBase64(bytes, offset)).concat(bytes.toString('hex'));
  return [
    spelling(lettersOf(secret), true),
    ...encoded.map((text) => spelling(lettersOf(text), false)),
    spelling(Array.from(lettersOf(secret)).reverse().join(''), false),
  ];
}

/** The secret in base64 as it stands after so many other bytes, without what depends on its neighbours. */
function inBase64(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = offset === 0 ? 0 : offset + 1;
  return (offset + bytes.length) % 3 === 0 ? text.slice(first) : text.slice(first, -1);
}

function spelling(text: string, hasWords: boolean): Spelling {
  const ordinary = new Set<number>();
  for (const { index, 0: word } of hasWords ? text.matchAll(ORDINARY) : []) {
    for (let at = index; at < index + word.length; at += 1) ordinary.add(at);
  }
  const telling = [0];
  for (let at = 0; at < text.length; at += 1) telling.push((telling[at] ?? 0) + (ordinary.has(at) ? 0 : 1));
  return { text, telling };
}

function sharesPiece({ text, telling }: Spelling, pieces: ReadonlySet<string>, length: number): boolean {
  for (let start = 0; start + length <= text.length; start += 1) {
    const tells = (telling[start + length] ?? 0) - (telling[start] ?? 0);
    if (tells >= TELLING_CHARACTERS && pieces.has(text.slice(start, start + length))) return true;
  }
  // A short one in base64 has no piece of that length.
  const isShort = text.length >= SHORTEST_PIECE && text.length < length;
  return isShort && [...pieces].some((piece) => piece.includes(text));
}
