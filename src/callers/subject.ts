const SUBJECT_LIMIT_CHARACTERS = 255;
const CONTROL_OR_LINE_BREAK = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Reads a subject from a value of any type: text of 1 to 255 characters without control characters, or a whole number,
 * which becomes its decimal text (Django's primary keys arrive so). Gives undefined for everything else.
 */
export function parseSubject(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && isSubject(value) ? value : undefined;
}

function isSubject(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= SUBJECT_LIMIT_CHARACTERS &&
    // A database writes every lone surrogate as U+FFFD, so two of them would become one subject.
    text.isWellFormed() &&
    !CONTROL_OR_LINE_BREAK.test(text)
  );
}
