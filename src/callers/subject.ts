import { isPlainText } from '../plain-text.ts';

const SUBJECT_LIMIT_CHARACTERS = 255;

/**
 * Reads a subject from a value of any type: text of 1 to 255 characters without control characters, or a non-negative
 * integer, which becomes decimal text (Django's primary keys are integers). Undefined for everything else.
 */
export function parseSubject(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && isPlainText(value, SUBJECT_LIMIT_CHARACTERS) ? value : undefined;
}
