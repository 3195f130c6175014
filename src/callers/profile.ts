const EMAIL_LIMIT_CHARACTERS = 254;
const NAME_LIMIT_CHARACTERS = 255;
const LOOKS_LIKE_EMAIL = /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]+\.[^\s@.\p{Cc}]+$/u;
const CONTROL_CHARACTER = /\p{Cc}/u;

/** The value if it looks like an e-mail address (lengths as in RFC 5321), otherwise undefined. */
export function parseEmail(value: unknown): string | undefined {
  return typeof value === 'string' &&
    value.length <= EMAIL_LIMIT_CHARACTERS &&
    value.isWellFormed() &&
    LOOKS_LIKE_EMAIL.test(value)
    ? value
    : undefined;
}

/** The trimmed value if it is text of 1 to 255 characters that can be shown as a person's name, otherwise undefined. */
export function parseName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value.trim();
  return name.length > 0 && name.length <= NAME_LIMIT_CHARACTERS && name.isWellFormed() && !CONTROL_CHARACTER.test(name)
    ? name
    : undefined;
}
