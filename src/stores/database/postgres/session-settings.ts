/** How long a statement may take, in milliseconds: callers prefer an error to a longer wait. */
export const STATEMENT_TIMEOUT_MS = 10_000;

/** The settings of our sessions and transactions, whatever the server's defaults are. */
const SETTINGS: Readonly<Record<string, string>> = {
  // An acknowledged commit must survive.
  synchronous_commit: 'on',
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  // A statement that waits for a lock has the same time limit as any other.
  lock_timeout: '0',
  // An instance that vanishes in the middle of a transaction must not keep its locks.
  idle_in_transaction_session_timeout: String(STATEMENT_TIMEOUT_MS),
  // The planner takes upkeep's plans for expensive, and they are not: compiling them costs a hundred times as much as
  // running them.
  jit: 'off',
};

/**
 * Starts a transaction with these settings, in one round trip. Poolers refuse settings at the start of a connection, or
 * drop them, and in transaction mode the session is shared: only settings of the transaction are reliable there.
 */
export const BEGIN = [
  'begin isolation level read committed',
  ...Object.entries(SETTINGS).map(([name, value]) => `set local ${name} = ${value}`),
].join('; ');

/**
 * Applies the same settings to single statements, where the session is ours alone. No pooler is in between if the
 * server's process is the one that the connection was given when it was made.
 *
 * @param processId the process id that the connection was given
 */
export function settingsOfSession(processId: number): string {
  const settings = { ...SETTINGS, default_transaction_isolation: 'read committed' };
  const calls = Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', false)`);
  return `select ${calls.join(', ')} where pg_backend_pid() = ${processId}`;
}
