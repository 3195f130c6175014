const CONTROL_OR_LINE_BREAK = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** A database refuses NUL, and writes every lone surrogate as U+FFFD, so that two of them would become one. */
const NUL = /\0/g;

/**
 * Whether a text can name something: 1 to `longest` characters, well-formed Unicode, no control character and no line break.
 */
export function isPlainText(text: string, longest: number): boolean {
  return text.length > 0 && text.length <= longest && text.isWellFormed() && !CONTROL_OR_LINE_BREAK.test(text);
}

/** A text as it can be stored and shown, whatever it came with; null where it is longer than `longest` characters. */
export function storableText(text: string, longest: number): string | null {
  return text.length > longest ? null : text.toWellFormed().replace(NUL, '');
}
