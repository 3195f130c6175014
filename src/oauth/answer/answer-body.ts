import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip as gunzipWithCallback, inflate, inflateRaw, zstdDecompress } from 'node:zlib';

/** The longest body of an answer, in bytes, as it travels and after each decoding. */
export const BODY_LIMIT_BYTES = 1024 * 1024;

/** Nobody nests more codings than this; each costs a pass over the body. */
const MOST_CODINGS = 4;

const UTF_8 = new TextDecoder();

const FORM = /^[\w.%+~-]{1,64}=/;
const ERROR_IN_FORM = /(?:^|&)error=[^&]/;
/** A form that names a token is no mere error: what reads tokens reads it. */
const TOKEN_IN_FORM = /(?:^|&)[^=&]*token[^=&]*=/i;

type Decode = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Uint8Array>;

const gunzip: Decode = promisify(gunzipWithCallback);

/** The content codings of HTTP (RFC 9110 section 8.4.1), and those that servers use besides. */
const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: (bytes, options) => (isZlib(bytes) ? promisify(inflate) : promisify(inflateRaw))(bytes, options),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/**
 * Undoes the content codings of a body. No coding is asked for, but some servers and proxies apply one all the same,
 * or apply one and do not say so. A body whose header names a coding that it does not have, or an unknown one, is
 * returned as it came.
 *
 * @param header `Content-Encoding`
 * @returns at most {@link BODY_LIMIT_BYTES}
 * @throws Error with a `code` if the body is cut off, broken, or longer than that once decoded
 */
export async function decodedBody(body: Uint8Array, header: string | string[] | undefined): Promise<Uint8Array> {
  let bytes = body;
  if (header !== undefined) {
    for (const coding of codingsOf(header)) bytes = await undo(coding, bytes);
  }
  for (let passes = 0; isGzip(bytes) && passes < MOST_CODINGS; passes += 1) bytes = await undo('gzip', bytes);
  return bytes;
}

/**
 * The text of a body: UTF-8, or UTF-16 if a byte order mark or the first character says so. Byte order mark and white
 * space around it are removed. Bytes that are no text become U+FFFD.
 */
export function bodyText(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  return (encoding === 'utf-8' ? UTF_8 : new TextDecoder(encoding)).decode(bytes).trim();
}

/**
 * The document of an answer's text: JSON, or the members of a form (`application/x-www-form-urlencoded`) that reports
 * an error, as servers send that answer with forms. Undefined if it is neither.
 */
export function documentOf(text: string): unknown {
  const json = jsonOf(text);
  return json === undefined && isErrorForm(text) ? Object.fromEntries(new URLSearchParams(text)) : json;
}

/** The parsed text; undefined if it is not a JSON document. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isErrorForm(text: string): boolean {
  return FORM.test(text) && ERROR_IN_FORM.test(text) && !TOKEN_IN_FORM.test(text);
}

/** The last coding that was applied comes first. */
function codingsOf(header: string | string[]): string[] {
  const names = String(header).toLowerCase().split(',');
  return names
    .map((name) => name.trim())
    .filter((name) => Object.hasOwn(DECODERS, name))
    .reverse()
    .slice(0, MOST_CODINGS);
}

async function undo(coding: string, bytes: Uint8Array): Promise<Uint8Array> {
  // Text may pass for a bare RFC 1951 stream, which has neither a header nor a checksum.
  if (bytes.length === 0 || (coding === 'deflate' && isPlain(bytes))) return bytes;
  try {
    return await (DECODERS[coding] ?? gunzip)(bytes, { maxOutputLength: BODY_LIMIT_BYTES });
  } catch (cause) {
    // A proxy that decodes a body may leave its header in place.
    if (isPlain(bytes)) return bytes;
    throw cause;
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}

/** Whether the bytes have the header of RFC 1950; many servers send bare RFC 1951 under the name of `deflate`. */
function isZlib([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

/** Whether it is text without control characters other than white space, which no compressed bytes are. */
function isPlain(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

/** A document begins with a character of ASCII (RFC 4627 section 3), which in UTF-16 has a zero beside it. */
function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if ((first === 0xff && second === 0xfe) || (second === 0 && first !== 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && second !== undefined)) return 'utf-16be';
  return 'utf-8';
}
