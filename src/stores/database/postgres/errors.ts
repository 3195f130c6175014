import { StoreUnavailableError } from '../../../grants/errors.ts';

/**
 * What an error of Postgres, of a pooler in front of it, or of the network means for the statement.
 * - `met`: another transaction is in the way; retry from the start
 * - `no_plan`: the prepared statement of this name is gone, belongs to another connection, or has a plan from before a
 *   migration; retry on another connection, or without a name
 * - `read_only`: the server takes no writes, because it is or has become a standby; another host may
 * - `scarce`: no connection is available, but the existing ones work
 * - `refused`: the server or its certificate doesn't match the URL; this lasts until somebody changes something
 * - `unavailable`: any other trouble that is not the statement's fault
 */
export type Meaning = 'met' | 'no_plan' | 'read_only' | 'scarce' | 'refused' | 'unavailable';

/** SQLSTATEs, or a class where all its members mean the same; the longest match decides. */
const STATES: Readonly<Record<string, Meaning>> = {
  '08': 'unavailable',
  // A transaction that was idle for too long, or that an earlier error has aborted.
  '25': 'unavailable',
  '25006': 'read_only',
  '26000': 'no_plan',
  '28': 'refused',
  '3D': 'refused',
  '3F': 'refused',
  '40': 'unavailable',
  '40001': 'met',
  '40P01': 'met',
  '42501': 'refused',
  '42P05': 'no_plan',
  '53': 'unavailable',
  '53300': 'scarce',
  '55': 'unavailable',
  '57': 'unavailable',
  '58': 'unavailable',
  '72': 'met',
  F0: 'unavailable',
  XX: 'unavailable',
};
const STATE = /^[0-9A-Z]{5}$/;
const UNIQUE_VIOLATION = '23505';
const LOCK_TIMEOUT = '55P03';
/**
 * A transaction that writes one of these keys has checked first that it is free: if it is taken after all, another one
 * was faster.
 */
const LOOKED_FOR = ['grants_account', 'connections_pkey'];
const STALE_PLAN = { state: '0A000', message: /cached plan/ };
/** Poolers use one SQLSTATE for everything they report (08P01, XX000). */
const SCARCE_MESSAGE =
  /too many (?:clients|connections)|no more connections allowed|max clients? .*reached|slots are reserved/i;
const REFUSED_MESSAGE =
  /^SASL|does not support SSL|error establishing an SSL|no such (?:user|database)|authentication failed|SSL required|statement pooling/i;
/** Error codes of the system, of its resolver, and of Node for connections. */
const NETWORK_CODE = /^(?:E[A-Z]+(?:_AGAIN|_FAIL)?|ERR_(?:SOCKET|STREAM|HTTP2)_\w+)$/;
/** Error codes of OpenSSL and Node for certificates and handshakes. */
const TLS_CODE =
  /^(?:ERR_(?:TLS|SSL|OSSL)_\w+|EPROTO|(?:CERT|CRL|UNABLE|DEPTH|SELF_SIGNED|INVALID_CA|INVALID_PURPOSE|HOSTNAME|PATH_LENGTH|ERROR_IN)\w*)$/;
/** The driver's own errors have no codes. */
const DRIVER_MESSAGE =
  /^(?:timeout exceeded|timeout expired|Connection terminated|Client has encountered|Client was closed|Query read timeout|The database was silent|Received unexpected)/;

/**
 * What an error means, by its code where it has one.
 *
 * @returns undefined where the statement is to blame, which includes most constraint violations
 */
export function meaningOf(error: unknown): Meaning | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === UNIQUE_VIOLATION) return isOvertaken(error) ? 'met' : undefined;
  if (STATE.test(code) && !NETWORK_CODE.test(code)) return meaningOfState(code, error.message);
  if (TLS_CODE.test(code) || REFUSED_MESSAGE.test(error.message)) return 'refused';
  if (NETWORK_CODE.test(code) || DRIVER_MESSAGE.test(error.message)) return 'unavailable';
  return undefined;
}

function isOvertaken(error: Error): boolean {
  return 'constraint' in error && LOOKED_FOR.includes(String(error.constraint));
}

function meaningOfState(state: string, message: string): Meaning | undefined {
  if (state === STALE_PLAN.state && STALE_PLAN.message.test(message)) return 'no_plan';
  const meaning = STATES[state] ?? STATES[state.slice(0, 2)];
  if (meaning !== 'unavailable') return meaning;
  if (SCARCE_MESSAGE.test(message)) return 'scarce';
  return REFUSED_MESSAGE.test(message) ? 'refused' : meaning;
}

/** True where a statement reached its time limit while waiting for a lock. */
export function isLockTimeout(error: unknown): boolean {
  const cause = error instanceof StoreUnavailableError ? error.cause : error;
  return cause instanceof Error && 'code' in cause && cause.code === LOCK_TIMEOUT;
}

/** The database may lose commits that it has acknowledged. */
export class VolatileDatabaseError extends Error {
  override readonly name = 'VolatileDatabaseError';
  readonly code = 'volatile_database';
}

/** The database can't be used as it is configured, or can't be reached; the message says what to do. */
class UnusableDatabaseError extends Error {
  override readonly name = 'UnusableDatabaseError';
  readonly code = 'unusable_database';
}

/** The server is a standby, or takes no writes for another reason. */
export class ReadOnlyServerError extends Error {
  override readonly name = 'ReadOnlyServerError';
  /** The SQLSTATE that the server itself gives for a statement that writes. */
  readonly code = '25006';
}

/** SQLSTATEs of a first connection, and what the operator should do about them. */
const REMEDIES: Readonly<Record<string, string>> = {
  '28': 'The Postgres server does not let this user in. Correct user and password in EVERGRANT_DATABASE_URL.',
  '3D': 'The Postgres server has no such database. Create it, or correct EVERGRANT_DATABASE_URL.',
  '3F': "The Postgres user's search_path names no schema that exists. Create one, or set the user's search_path.",
  '42': 'The Postgres user may not do what is needed. Make it the owner of the database and of its schema.',
  '53': 'The Postgres server has no connection left. Raise max_connections, or close what holds them.',
  '57': 'The Postgres server is starting or stopping. Start again when it is up.',
};

/**
 * Turns an error of opening the database into words for the operator, unless the statement is to blame; the original is
 * kept as `cause`.
 */
export function explained(cause: unknown): unknown {
  if (cause instanceof StoreUnavailableError) return explained(cause.cause);
  const meaning = meaningOf(cause);
  if (!(cause instanceof Error) || meaning === undefined) return cause;
  const code = 'code' in cause ? String(cause.code) : '';
  const said = `It said: ${cause.message}`;
  const remedy = STATE.test(code) ? REMEDIES[code.slice(0, 2)] : undefined;
  if (cause instanceof ReadOnlyServerError) return new UnusableDatabaseError(cause.message, { cause });
  if (remedy !== undefined) return new UnusableDatabaseError(`${remedy} ${said}`, { cause });
  if (/statement pooling/i.test(cause.message)) {
    return new UnusableDatabaseError(
      `The pooler before Postgres allows no transactions. Set it to session or transaction mode. ${said}`,
      { cause },
    );
  }
  if (TLS_CODE.test(code) || / SSL/.test(cause.message)) {
    return new UnusableDatabaseError(
      `No TLS connection to the Postgres server can be made. Check sslmode and sslrootcert in EVERGRANT_DATABASE_URL. ${said}`,
      { cause },
    );
  }
  return new UnusableDatabaseError(
    `The Postgres server can't be used. Check that it is up and that EVERGRANT_DATABASE_URL is right. ${said}`,
    { cause },
  );
}
