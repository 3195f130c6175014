/** Every accepted spelling of each field: ours first, then those of other programs' exports. */
export const SPELLINGS = {
  subject: ['subject'],
  provider: ['provider'],
  account_id: ['account_id', 'accountId'],
  access_token: ['access_token', 'accessToken'],
  refresh_token: ['refresh_token', 'refreshToken'],
  expires_at: ['expires_at', 'expiresAt', 'accessTokenExpiresAt'],
  expires_in: ['expires_in', 'expiresIn'],
  obtained_at: ['obtained_at', 'obtainedAt'],
  refresh_expires_at: ['refresh_expires_at', 'refreshExpiresAt', 'refreshTokenExpiresAt'],
  token_type: ['token_type', 'tokenType'],
} as const;

/** A field of a line, by our name. */
export type ImportField = keyof typeof SPELLINGS;

/**
 * These mean the app's user in one export and the provider's in another. A wrong guess would give one user's tokens to
 * another.
 */
const AMBIGUOUS = ['sub', 'uid', 'user_id', 'userId'];
/**
 * Values up to this many characters are shown in full. Longer text may be a misplaced token, unless it looks like a
 * date.
 */
const LONGEST_SHOWN = 20;
const SHOWN_OF_LONGER = 8;
const DATE_LIKE = /^[\d:.,TZ +-]{1,40}$/;

/** A line is invalid. The message can be shown and holds no secret. */
export class ImportLineError extends Error {
  override readonly name = 'ImportLineError';
  readonly code = 'import_line';
  /** As the line spells it; undefined if no single field is to blame. */
  readonly field: string | undefined;

  constructor(field: string | undefined, message: string) {
    super(message);
    this.field = field;
  }
}

/** One field's value in a line. */
export interface GivenField {
  /** As the line spells it. */
  readonly spelling: string;
  /** Never null or empty text: those count as not given. */
  readonly value: unknown;
}

/** The fields of one line. */
export type GivenFields = ReadonlyMap<ImportField, GivenField>;

/**
 * Reads the fields of one line of JSON.
 *
 * @param ignoreUnknown skips unknown fields
 * @throws {@link ImportLineError} if the line is not a JSON object, or has unknown or repeated fields
 */
export function readFields(text: string, ignoreUnknown: boolean): GivenFields {
  const fields = new Map<ImportField, GivenField>();
  for (const [spelling, value] of Object.entries(parse(text))) {
    if (value === null || value === '') continue;
    const field = BY_SPELLING.get(spelling);
    if (field === undefined) {
      if (ignoreUnknown) continue;
      throw unknownField(spelling);
    }
    const other = fields.get(field);
    if (other !== undefined) {
      throw new ImportLineError(spelling, `"${spelling}" and "${other.spelling}" are the same; give one of them`);
    }
    fields.set(field, { spelling, value });
  }
  return fields;
}

/** The error for a field whose value may be shown. */
export function refusedValue({ spelling, value }: GivenField, give: string): ImportLineError {
  return new ImportLineError(spelling, `"${spelling}" is ${shown(value)}; give ${give}`);
}

const BY_SPELLING = new Map<string, ImportField>(
  Object.entries(SPELLINGS).flatMap(([field, spellings]) =>
    spellings.map((spelling): [string, ImportField] => [spelling, field as ImportField]),
  ),
);

function parse(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may contain a token.
    throw new ImportLineError(undefined, 'this is not JSON; give one whole JSON object a line');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new ImportLineError(undefined, 'this is not a JSON object; give one whole JSON object a line');
}

function unknownField(spelling: string): ImportLineError {
  const name = shown(spelling);
  if (AMBIGUOUS.includes(spelling)) {
    return new ImportLineError(
      spelling,
      `${name} could be your user or the provider's; call it "subject" or "account_id", or pass --ignore-unknown`,
    );
  }
  const known = Object.keys(SPELLINGS).join(', ');
  return new ImportLineError(
    shorten(spelling),
    `${name} is no field of an import; there are ${known}. To pass over others, add --ignore-unknown`,
  );
}

/** A value as JSON, shortened so that nothing long is shown in full. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? shorten(value) : shorten(JSON.stringify(value));
  return typeof value === 'string' ? `"${text}"` : text;
}

function shorten(text: string): string {
  const cut = text.length <= LONGEST_SHOWN || DATE_LIKE.test(text) ? text : `${text.slice(0, SHOWN_OF_LONGER)}...`;
  // Terminals interpret control characters.
  return cut.replace(/[^\x20-\x7e\p{L}\p{N}]/gu, '?');
}
