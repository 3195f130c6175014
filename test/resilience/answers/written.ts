import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Draw } from './draw.ts';
import type { Said } from './said.ts';

/** An answer as it travels. */
export interface Written {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
  readonly framing: 'length' | 'chunks' | 'cut';
  /** Whether all of what was said can still be read. */
  readonly isReadable: boolean;
}

const CONTENT_TYPES = [
  ...['application/json', 'application/json; charset=utf-8', 'text/html', 'text/plain; charset=iso-8859-1', ''],
  ...['application/x-www-form-urlencoded; charset=utf-8', 'application/octet-stream', 'nonsense', '*/*;q=1'],
];
const AROUND = ['\n', '\r\n', '  ', '\t', '\u00a0', '\n\n\n'];
const WORDS = [
  'invalid_grant',
  'invalid_client',
  'access_token=x',
  '\u2028',
  '人',
  '"',
  '\\',
  '',
  '{}',
  '<html>',
  '\ufeff',
];

type Coding = readonly [header: string | undefined, encode: (bytes: Buffer) => Buffer];

const CODINGS: readonly Coding[] = [
  ['gzip', (bytes) => gzipSync(bytes)],
  ['x-gzip', (bytes) => gzipSync(bytes)],
  ['GZip', (bytes) => gzipSync(bytes)],
  [undefined, (bytes) => gzipSync(bytes)],
  ['deflate', (bytes) => deflateSync(bytes)],
  ['deflate', (bytes) => deflateRawSync(bytes)],
  ['br', (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ['zstd', (bytes) => zstdCompressSync(bytes)],
  ['gzip, gzip', (bytes) => gzipSync(gzipSync(bytes))],
  ['deflate, gzip', (bytes) => gzipSync(deflateSync(bytes))],
  ['identity', (bytes) => bytes],
];

/** Writes down what is said in one of the ways that servers have, or loses it on the way. */
export function drawWritten(draw: Draw, said: Said): Written {
  const lost = draw.oneIn(12) ? draw.of(['wrapped', 'cut', 'cut_off', 'page'] as const) : undefined;
  const { text, isForm } = drawText(draw, said, lost);
  const { bytes, header } = drawBytes(draw, text);
  const headers = {
    'content-type': draw.of(CONTENT_TYPES),
    ...(header === undefined ? {} : { 'content-encoding': header }),
    ...(draw.oneIn(50)
      ? { 'set-cookie': Array.from({ length: 20 }, (_, index) => `c${index}=${'x'.repeat(1_000)}`) }
      : {}),
  };
  const framing = lost === 'cut_off' ? 'cut' : draw.oneIn(4) ? 'chunks' : 'length';
  // A form that is cut short cannot be told from a shorter one, so none is.
  const isReadable = lost === undefined || (lost === 'cut' && isForm);
  return { status: said.status, headers, body: bytes, framing, isReadable };
}

function drawText(draw: Draw, said: Said, lost: string | undefined): { text: string; isForm: boolean } {
  if (lost === 'page') return { text: `<html><p>${JSON.stringify(said.content)}</p></html>`, isForm: false };
  if (said.isFlat && lost === undefined && draw.oneIn(5)) return { text: drawForm(draw, said.content), isForm: true };
  const spelled =
    said.provider === 'plain' && said.isFlat && draw.oneIn(10) ? respelled(draw, said.content) : said.content;
  const content = lost === 'wrapped' ? wrapped(draw, spelled) : withMore(draw, spelled);
  let text = JSON.stringify(content, null, draw.of([0, 0, 2, '\t']));
  if (draw.oneIn(10)) text = escaped(draw, text);
  if (lost === 'cut') return { text: text.slice(0, draw.between(0, text.length - 1)), isForm: false };
  if (lost === undefined && said.provider !== 'managed' && said.meaning.kind === 'tokens' && draw.oneIn(20)) {
    text = JSON.stringify(text);
  }
  return { text: draw.oneIn(6) ? `${draw.of(AROUND)}${text}${draw.of(AROUND)}` : text, isForm: false };
}

function wrapped(draw: Draw, content: object): unknown {
  return draw.of([
    [content],
    { result: content },
    { a: { b: { c: content } } },
    { json: JSON.stringify(content) },
    [],
    null,
  ]);
}

/** The members in another order, with others among them. */
function withMore(draw: Draw, content: object): object {
  const more: [string, unknown][] = [];
  for (let count = draw.between(0, 3); count > 0; count -= 1) {
    const value = draw.of<unknown>([...WORDS, 1e300, -1, true, null, [draw.of(WORDS)], { note: draw.of(WORDS) }]);
    more.push([draw.of(['scope', 'note', 'team', 'constructor', 'hint', '__proto__', 'id_token']), value]);
  }
  if (draw.oneIn(300)) more.push(['filler', 'x'.repeat(draw.between(60_000, 350_000))]);
  return fromEntries(draw.shuffled([...Object.entries(content), ...more]));
}

/** Unlike an assignment, it makes an own member of `__proto__`. */
function fromEntries(entries: readonly [string, unknown][]): object {
  return Object.fromEntries(entries);
}

/** Names in another fashion. */
function respelled(draw: Draw, content: object): object {
  const fashion = draw.of<(name: string) => string>([
    (name) => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    (name) => name.replaceAll('_', '-'),
    (name) => name.toUpperCase(),
  ]);
  return fromEntries(Object.entries(content).map(([name, value]) => [fashion(name), value]));
}

/** Some letters as escapes, which JSON does not tell apart. */
function escaped(draw: Draw, text: string): string {
  if (text.length > 5_000) return text;
  const inEscape = (piece: string) =>
    piece.length === 1 && draw.oneIn(8) ? `\\u${piece.charCodeAt(0).toString(16).padStart(4, '0')}` : piece;
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, (literal) => literal.replaceAll(/\\u.{4}|\\.|[a-z]/g, inEscape));
}

function drawForm(draw: Draw, content: object): string {
  const encode = draw.of<(text: string) => string>([
    encodeURIComponent,
    (text) => new URLSearchParams([['', text]]).toString().slice(1),
    (text) => text.replaceAll(/[%&=\s]/g, encodeURIComponent),
  ]);
  const told = Object.entries(content).filter(([, value]) => value !== undefined && value !== null && value !== false);
  // A space at the end of a token would be a plus, which is one of the token's.
  const pairs = told.map(([name, value]) => `${name}=${encode(String(value).replaceAll(/^ +(?=\S)|(?<=\S) +$/g, ''))}`);
  return draw.shuffled(pairs).join('&') + draw.of(['', '', '\n']);
}

function drawBytes(draw: Draw, text: string): { bytes: Buffer; header: string | undefined } {
  let bytes: Buffer = Buffer.from(text);
  if (draw.oneIn(8)) bytes = Buffer.from(`\ufeff${text}`);
  else if (draw.oneIn(12)) bytes = inUtf16(draw, text);
  if (!draw.oneIn(3)) return { bytes, header: undefined };
  if (draw.oneIn(10)) return { bytes: Buffer.from(text), header: draw.of(['gzip', 'br', 'deflate', 'unknown']) };
  const [header, encode] = draw.of(CODINGS);
  return { bytes: encode(bytes), header };
}

function inUtf16(draw: Draw, text: string): Buffer {
  const bytes = Buffer.from(draw.oneIn(2) ? text : `\ufeff${text}`, 'utf16le');
  return draw.oneIn(2) ? bytes.swap16() : bytes;
}
