import { LONGEST_BELIEVED_MS } from '../oauth/tokens/token-set.ts';
import { accountIdOf } from '../providers/to-profile.ts';
import type { Provider } from '../providers/provider.ts';
import { compareClaims } from './import-claims.ts';
import { ImportLineError, readFields, refusedValue, type GivenFields, type ImportField } from './import-fields.ts';
import { checkName } from './import-name.ts';
import { readTime } from './import-time.ts';
import { readTokenValue } from './import-token.ts';
import { connectionKey, isConnectionName } from '../grants/connection-key.ts';
import type { ImportedGrant, ImportedToken } from '../grants/storage/import-store.ts';
import type { Providers } from '../grants/providers.ts';
import { recoveryPath } from '../grants/rules/next-step.ts';

/** The rules for reading a line. */
export interface ImportRules {
  /** The configured providers. */
  readonly providers: Providers;
  /** The subject that a value names; undefined if it cannot be one. */
  readonly subjectOf: (value: unknown) => string | undefined;
  /** Skips unknown fields. */
  readonly ignoreUnknown: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

const DAY_MS = 86_400_000;
/** A lifetime is at most about three years; what is longer is a time. In seconds. */
const LONGEST_LIFETIME_SECONDS = 100_000_000;
const TOKEN_TYPE = /^[!-~]{1,32}$/;

/**
 * Reads one line of an import, with the fields of `SPELLINGS`.
 *
 * @param line its JSON, or its values by the names of their columns
 * @throws {@link ImportLineError}, which says what is wrong without showing a secret
 */
export function readImportLine(line: string | object, rules: ImportRules): ImportedGrant {
  const fields = readFields(line, rules.ignoreUnknown);
  const subject = readSubject(fields, rules);
  const provider = readProvider(fields, rules);
  const accountId = readAccountId(fields, provider);
  const refresh = readToken(fields, 'refresh_token', readMoment(fields, 'refresh_expires_at'));
  const needsRefreshToken = recoveryPath(provider) !== 'self';
  const isUnrenewable = refresh === undefined && needsRefreshToken;
  const access = readToken(fields, 'access_token', readExpiry(fields, provider, { isUnrenewable, now: rules.now }));
  if (refresh === undefined && access === undefined) throw missing('refresh_token', 'it, or "access_token"');
  compareClaims(fields, provider, { field: 'access_token', given: access, accountId });
  compareClaims(fields, provider, { field: 'refresh_token', given: refresh, accountId });
  checkDifferent(fields, access, refresh);
  if (isUnrenewable && access?.expiresAt !== undefined && access.expiresAt <= rules.now) {
    throw new ImportLineError(
      undefined,
      'the access token has expired, and without a "refresh_token" nothing gives another',
    );
  }
  return {
    realm: provider.realm,
    subject: connectionKey({ subject, connection: readConnection(fields, provider) }),
    accountId,
    isOneSubjects: provider.provision !== undefined,
    access,
    refresh,
    tokenType: readTokenType(fields),
    needsRefreshToken,
  };
}

function readSubject(fields: GivenFields, { subjectOf }: ImportRules): string {
  const given = fields.get('subject');
  if (given === undefined) throw missing('subject', "your app's id of the user");
  const meaning = "your app's id of the user, 1 to 255 printable characters";
  checkName(given, meaning);
  const subject = subjectOf(given.value);
  if (subject === undefined) throw refusedValue(given, meaning);
  return subject;
}

function readProvider(fields: GivenFields, { providers }: ImportRules): Provider {
  const names = providers.all.map(({ name }) => name).join(', ');
  const given = fields.get('provider');
  if (given === undefined) throw missing('provider', `one that is configured: ${names}`);
  const provider = providers.named(given.value);
  if (provider === undefined) throw refusedValue(given, `one that is configured: ${names}`);
  return provider;
}

function readConnection(fields: GivenFields, provider: Provider): string | undefined {
  const given = fields.get('connection');
  if (given === undefined) return undefined;
  const { value } = given;
  if (provider.provision !== undefined) {
    throw refusedValue(
      given,
      `none: ${provider.name} makes one account for each user, so its connections have no names`,
    );
  }
  if (typeof value === 'string' && isConnectionName(value)) return value;
  throw refusedValue(given, 'up to 64 letters, digits and . _ @ + -, a letter or digit first');
}

/** If the provider repairs grants by the account's id, the id is required. */
function readAccountId(fields: GivenFields, provider: Provider): string | undefined {
  const { accountIdForm } = provider;
  const meaning = accountIdForm?.meaning ?? "the provider's id of the account";
  const given = fields.get('account_id');
  if (given === undefined) {
    if (provider.recover === undefined) return undefined;
    throw missing('account_id', meaning);
  }
  if (provider.authorization?.identifiesAccounts === false) {
    throw refusedValue(given, 'none: what this provider shows of an account may be another’s by now');
  }
  checkName(given, meaning);
  const accountId = accountIdOf(given.value);
  if (accountId === undefined || accountIdForm?.pattern.test(accountId) === false) throw refusedValue(given, meaning);
  return accountId;
}

function readToken(
  fields: GivenFields,
  field: 'access_token' | 'refresh_token',
  expiresAt: number | undefined,
): ImportedToken | undefined {
  const given = fields.get(field);
  return given && { token: readTokenValue(given), expiresAt };
}

/** No provider issues one token for both uses: presented as a refresh token, an access token is refused. */
function checkDifferent(
  fields: GivenFields,
  access: ImportedToken | undefined,
  refresh: ImportedToken | undefined,
): void {
  if (access === undefined || refresh?.token.reveal() !== access.token.reveal()) return;
  const [one = 'refresh_token', other = 'access_token'] = (['refresh_token', 'access_token'] as const).map(
    (field) => fields.get(field)?.spelling,
  );
  throw new ImportLineError(one, `"${one}" and "${other}" are the same token; give each, or only the one that it is`);
}

/**
 * When the access token ends, in epoch milliseconds: what is given, within the same limits as a provider's own word. If
 * nothing is, the provider's usual lifetime counts from when the token was obtained, unless nothing can renew it.
 */
function readExpiry(
  fields: GivenFields,
  { accessLifetime }: Provider,
  { isUnrenewable, now }: { readonly isUnrenewable: boolean; readonly now: number },
): number | undefined {
  const given = readGivenExpiry(fields, now);
  if (given !== undefined) return Math.min(given, now + (accessLifetime?.maximumMs ?? LONGEST_BELIEVED_MS));
  const obtainedAt = readMoment(fields, 'obtained_at');
  if (isUnrenewable || obtainedAt === undefined || accessLifetime === undefined) return undefined;
  return Math.min(obtainedAt, now) + accessLifetime.fallbackMs;
}

function readGivenExpiry(fields: GivenFields, now: number): number | undefined {
  const at = readMoment(fields, 'expires_at');
  const lifetime = fields.get('expires_in');
  if (at !== undefined || lifetime === undefined) return at;
  const seconds = Number(lifetime.value);
  if (!['number', 'string'].includes(typeof lifetime.value) || !(seconds >= 0) || !Number.isFinite(seconds)) {
    throw refusedValue(lifetime, 'the seconds that the access token lives');
  }
  if (seconds >= LONGEST_LIFETIME_SECONDS) {
    throw refusedValue(lifetime, 'the seconds that the access token lives, or this time as "expires_at"');
  }
  const obtainedAt = readMoment(fields, 'obtained_at');
  const obtained = fields.get('obtained_at');
  if (obtained !== undefined && (obtainedAt ?? 0) > now + DAY_MS) throw refusedValue(obtained, 'a time that has been');
  if (obtainedAt !== undefined) return Math.floor(obtainedAt + seconds * 1000);
  const { spelling } = lifetime;
  throw new ImportLineError(
    spelling,
    `"${spelling}" counts from when the token was obtained; give that as "obtained_at", or give "expires_at"`,
  );
}

function readMoment(fields: GivenFields, field: ImportField): number | undefined {
  const given = fields.get(field);
  if (given === undefined) return undefined;
  const time = readTime(given.value);
  if ('give' in time) throw refusedValue(given, time.give);
  return time.at;
}

/** The type is case-insensitive (RFC 6749 section 5.1); most clients expect `Bearer` as the standard writes it. */
function readTokenType(fields: GivenFields): string {
  const given = fields.get('token_type');
  if (given === undefined) return 'Bearer';
  const { value } = given;
  if (typeof value !== 'string' || !TOKEN_TYPE.test(value)) throw refusedValue(given, 'the type of the token: Bearer');
  return value.toLowerCase() === 'bearer' ? 'Bearer' : value;
}

function missing(field: ImportField, give: string): ImportLineError {
  return new ImportLineError(field, `"${field}" is missing; give ${give}`);
}
