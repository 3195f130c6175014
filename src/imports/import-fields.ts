import { mistakenFor } from '../nearest.ts';

/**
 * Every accepted spelling of each field: ours first, then those of other programs' exports, and of apps that keep
 * Cal.com's tokens in columns of their own. Upper and lower case, `_`, `-` and spaces make no difference, so
 * `cal_access_token` needs no line of its own.
 */
export const SPELLINGS = {
  subject: ['subject'],
  provider: ['provider'],
  connection: ['connection', 'connectionName'],
  account_id: [
    ...['account_id', 'accountId', 'calAccountId', 'calUserId', 'calManagedUserId', 'calComUserId', 'cronofyAccountId'],
    ...['calComAccountId', 'calComManagedUserId', 'managedUserId'],
  ],
  access_token: ['access_token', 'accessToken', 'calAccessToken', 'calComAccessToken', 'cronofyAccessToken'],
  refresh_token: ['refresh_token', 'refreshToken', 'calRefreshToken', 'calComRefreshToken', 'cronofyRefreshToken'],
  expires_at: [
    ...['expires_at', 'expiresAt', 'accessTokenExpiresAt', 'calAccessTokenExpiresAt', 'calComAccessTokenExpiresAt'],
    ...['tokenExpiresAt', 'calTokenExpiresAt', 'calComTokenExpiresAt'],
  ],
  expires_in: ['expires_in', 'expiresIn'],
  obtained_at: ['obtained_at', 'obtainedAt'],
  refresh_expires_at: [
    ...['refresh_expires_at', 'refreshExpiresAt', 'refreshTokenExpiresAt'],
    ...['calRefreshTokenExpiresAt', 'calComRefreshTokenExpiresAt'],
  ],
  token_type: ['token_type', 'tokenType'],
} as const;

/** A field of a line, by our name. */
export type ImportField = keyof typeof SPELLINGS;

/**
 * These mean the app's user in one export and the provider's in another. A wrong guess would give one user's tokens to
 * another.
 */
const AMBIGUOUS = ['sub', 'uid', 'id', 'userid', 'user'];
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
 * Reads the fields of one line.
 *
 * @param line its JSON, or its values by the names of their columns
 * @param ignoreUnknown skips unknown fields
 * @throws {@link ImportLineError} if the line is not a JSON object, or has unknown or repeated fields
 */
export function readFields(line: string | object, ignoreUnknown: boolean): GivenFields {
  const fields = new Map<ImportField, GivenField>();
  for (const [spelling, value] of Object.entries(typeof line === 'string' ? parse(line) : line)) {
    if (value === null || value === '') continue;
    const field = fieldOf(spelling);
    if (field === undefined) {
      if (ignoreUnknown) continue;
      throw unknownField(spelling);
    }
    const other = fields.get(field);
    if (other !== undefined) throw repeatedField(spelling, other.spelling);
    fields.set(field, { spelling, value });
  }
  return fields;
}

/** The field that a name means, in any accepted spelling; undefined if it means none. */
export function fieldOf(spelling: string): ImportField | undefined {
  return BY_SPELLING.get(spelling) ?? BY_SPELLING.get(bare(spelling));
}

/** The error for a field whose value may be shown. */
export function refusedValue({ spelling, value }: GivenField, give: string): ImportLineError {
  return new ImportLineError(spelling, `"${spelling}" is ${shown(value)}; give ${give}`);
}

/** The error for a name that means no field, with the name that may have been meant. */
export function unknownField(spelling: string): ImportLineError {
  const name = shown(spelling);
  if (AMBIGUOUS.includes(bare(spelling))) {
    return new ImportLineError(
      spelling,
      `${name} could be your user or the provider's; call it "subject" or "account_id", or pass --ignore-unknown`,
    );
  }
  const meant = mistakenFor(spelling, [...BY_SPELLING.keys()]);
  const field = meant === undefined ? undefined : BY_SPELLING.get(meant);
  const known = Object.keys(SPELLINGS).join(', ');
  const hint = field === undefined ? `there are ${known}` : `did you mean "${field}"? There are ${known}`;
  return new ImportLineError(
    shorten(spelling),
    `${name} is no field of an import; ${hint}. To pass over others, add --ignore-unknown`,
  );
}

/** The error for two names of one field. */
export function repeatedField(spelling: string, other: string): ImportLineError {
  return new ImportLineError(spelling, `"${spelling}" and "${other}" are the same; give one of them`);
}

const BY_SPELLING = new Map<string, ImportField>(
  Object.entries(SPELLINGS).flatMap(([field, spellings]) =>
    spellings.flatMap((spelling): [string, ImportField][] => [
      [spelling, field as ImportField],
      [bare(spelling), field as ImportField],
    ]),
  ),
);

/** A name without what programs spell differently. */
function bare(spelling: string): string {
  return spelling.toLowerCase().replace(/[_\- ]/g, '');
}

function parse(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may contain a token.
    const others = text.trimStart().startsWith('{') ? '' : ', a JSON array, or CSV under a line of column names';
    throw new ImportLineError(undefined, `this is not JSON; give one whole JSON object a line${others}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new ImportLineError(undefined, 'this is not a JSON object; give one whole JSON object a line');
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
