import { StoreUnavailableError } from '../../../grants/errors.ts';

/**
 * What an error of Postgres, of a pooler before it, or of the way to it means for what was asked.
 * - `met`: another transaction stood in the way; from its start again
 * - `no_plan`: the statement that was prepared under this name is gone, is another connection's, or has a plan of before a
 *   migration; again on another connection, or without a name
 * - `read_only`: the server takes no writes, because it is or has become a standby; another host may
 * - `scarce`: no connection is to be had, and those that there are work
 * - `refused`: the server or its certificate doesn't suit the URL; trouble that ends when somebody changes something
 * - `unavailable`: any other trouble that is not the statement's own
 */
export type Meaning = 'met' | 'no_plan' | 'read_only' | 'scarce' | 'refused' | 'unavailable';

/** SQLSTATEs, and classes of them where all of a class mean one thing; the longest that fits decides. */
const STATES: Readonly<Record<string, Meaning>> = {
  '08': 'unavailable',
  // A transaction that was left alone for too long, or that an earlier error has ended.
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
/** Keys of which no transaction writes one that it has not looked for: whoever finds them taken was overtaken. */
const LOOKED_FOR = ['grants_account', 'connections_pkey'];
const STALE_PLAN = { state: '0A000', message: /cached plan/ };
/** Poolers have one SQLSTATE for all that they have to say (08P01, XX000). */
const SCARCE_MESSAGE =
  /too many (?:clients|connections)|no more connections allowed|max clients? .*reached|slots are reserved/i;
const REFUSED_MESSAGE =
  /^SASL|does not support SSL|error establishing an SSL|no such (?:user|database)|authentication failed|SSL required|statement pooling/i;
/** The words of the system, of its resolver, and of Node for connections. */
const NETWORK_CODE = /^(?:E[A-Z]+(?:_AGAIN|_FAIL)?|ERR_(?:SOCKET|STREAM|HTTP2)_\w+)$/;
/** The words of OpenSSL and Node for certificates and handshakes. */
const TLS_CODE =
  /^(?:ERR_(?:TLS|SSL|OSSL)_\w+|EPROTO|(?:CERT|CRL|UNABLE|DEPTH|SELF_SIGNED|INVALID_CA|INVALID_PURPOSE|HOSTNAME|PATH_LENGTH|ERROR_IN)\w*)$/;
/** The driver has no codes of its own. */
const DRIVER_MESSAGE =
  /^(?:timeout exceeded|timeout expired|Connection terminated|Client has encountered|Client was closed|Query read timeout|The database was silent|Received unexpected)/;

/**
 * Tells what an error means, by its code where it has one.
 *
 * @returns undefined for what was asked wrongly, most broken constraints among it
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

/** True where a statement waited for another's lock as long as it was to wait. */
export function isLockTimeout(error: unknown): boolean {
  const cause = error instanceof StoreUnavailableError ? error.cause : error;
  return cause instanceof Error && 'code' in cause && cause.code === LOCK_TIMEOUT;
}

/** The database would forget commits that it has acknowledged. */
export class VolatileDatabaseError extends Error {
  override readonly name = 'VolatileDatabaseError';
  readonly code = 'volatile_database';
}

/** The database can't be used as it is configured, or can't be reached; the message says what to do. */
class UnusableDatabaseError extends Error {
  override readonly name = 'UnusableDatabaseError';
  readonly code = 'unusable_database';
}

/** The server to which a connection was made is a standby, or takes no writes for another reason. */
export class ReadOnlyServerError extends Error {
  override readonly name = 'ReadOnlyServerError';
  /** As the server itself says it of a statement that writes. */
  readonly code = '25006';
}

/** SQLSTATEs of a first connection, and what its operator is to do. */
const REMEDIES: Readonly<Record<string, string>> = {
  '28': 'The Postgres server does not let this user in. Correct user and password in EVERGRANT_DATABASE_URL.',
  '3D': 'The Postgres server has no such database. Create it, or correct EVERGRANT_DATABASE_URL.',
  '3F': "The Postgres user's search_path names no schema that exists. Create one, or set the user's search_path.",
  '42': 'The Postgres user may not do what is needed. Make it the owner of the database and of its schema.',
  '53': 'The Postgres server has no connection left. Raise max_connections, or close what holds them.',
  '57': 'The Postgres server is starting or stopping. Start again when it is up.',
};

/** An error of opening the database, in words for its operator where it is not the statement's own; its cause is kept. */
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
