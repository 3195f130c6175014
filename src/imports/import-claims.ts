import type { Provider, TokenClaims } from '../providers/provider.ts';
import { ImportLineError, refusedValue, type GivenField, type GivenFields } from './import-fields.ts';
import type { ImportedToken } from '../grants/storage/import-store.ts';

/** A token field, and what the rest of the line says about it. */
export interface TokenField {
  readonly field: 'access_token' | 'refresh_token';
  /** Undefined if the line has no such token. */
  readonly given: ImportedToken | undefined;
  readonly accountId: string | undefined;
}

const MINUTE_MS = 60_000;

/** How much later an expiry may be given than the token itself says. An earlier one only causes an earlier renewal. */
const EXPECTED = {
  access_token: { use: 'access', ends: ['expires_at', 'expires_in'], mostLaterMs: 5 * MINUTE_MS },
  // Cal.com's refresh tokens expire at the end of a day, and days differ by time zone.
  refresh_token: { use: 'refresh', ends: ['refresh_expires_at'], mostLaterMs: 48 * 60 * MINUTE_MS },
} as const;

/**
 * Compares what a line says about a token with what the token says about itself, if its provider can read it. Otherwise
 * a line that mixes up two accounts would give one person's account to another.
 *
 * @throws {@link ImportLineError} if they contradict each other
 */
export function compareClaims(fields: GivenFields, provider: Provider, { field, given, accountId }: TokenField): void {
  const claims = given && provider.readToken?.(given.token);
  if (given === undefined || claims === undefined) return;
  const spelling = fields.get(field)?.spelling ?? field;
  const { use, ends, mostLaterMs } = EXPECTED[field];
  if (claims.use !== undefined && claims.use !== use) {
    throw new ImportLineError(
      spelling,
      `"${spelling}" is by its own word a token for ${claims.use}; give the other one`,
    );
  }
  if (claims.isOurs === false) {
    throw new ImportLineError(
      spelling,
      `"${spelling}" was by its own word given to another client of ${provider.name}; give one of the client that is configured`,
    );
  }
  if (claims.accountId !== undefined && accountId !== undefined && claims.accountId !== accountId) {
    const account = fields.get('account_id')?.spelling ?? 'account_id';
    throw new ImportLineError(
      spelling,
      `"${spelling}" is by its own word of the account ${claims.accountId}, but "${account}" is ${accountId}; give token and id of one account`,
    );
  }
  const end = ends.map((name) => fields.get(name)).find((each) => each !== undefined);
  if (end !== undefined) compareEnds(end, given, claims, mostLaterMs);
}

function compareEnds(end: GivenField, given: ImportedToken, { expiresAt }: TokenClaims, mostLaterMs: number): void {
  if (expiresAt === undefined || given.expiresAt === undefined) return;
  if (given.expiresAt - expiresAt <= mostLaterMs) return;
  throw refusedValue(end, 'an end no later than the token itself says, or leave it out');
}
