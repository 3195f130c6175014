const CONTROL_OR_LINE_BREAK = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** Databases reject NUL, and store every lone surrogate as U+FFFD, so that two different texts would become one. */
const NUL = /\0/g;

/**
 * Whether a text is usable as a name: 1 to `longest` characters, well-formed Unicode, no control characters, no line
 * breaks.
 */
export function isPlainText(text: string, longest: number): boolean {
  return text.length > 0 && text.length <= longest && text.isWellFormed() && !CONTROL_OR_LINE_BREAK.test(text);
}

/** Makes any text safe to store and show; null if it is longer than `longest` characters. */
export function storableText(text: string, longest: number): string | null {
  return text.length > longest ? null : text.toWellFormed().replace(NUL, '');
}
