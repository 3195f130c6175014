/** How long a statement may take, in milliseconds: callers rather hear of trouble than wait. */
export const STATEMENT_TIMEOUT_MS = 10_000;

/** What our sessions and transactions are to be like, whatever the server's defaults are. */
const SETTINGS: Readonly<Record<string, string>> = {
  // A commit that was acknowledged must survive.
  synchronous_commit: 'on',
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  // A statement that waits for a lock has its time like any other.
  lock_timeout: '0',
  // An instance that vanished in the middle of a transaction must not keep its locks.
  idle_in_transaction_session_timeout: String(STATEMENT_TIMEOUT_MS),
  // Upkeep's plans look dear to the planner and are not: compiling them costs a hundred times what running them does.
  jit: 'off',
};

/**
 * Begins a transaction with these settings, in one round trip. Poolers refuse settings at the start of a connection, or
 * drop them, and in transaction mode a session's settings are another's: only what is set in the transaction holds there.
 */
export const BEGIN = [
  'begin isolation level read committed',
  ...Object.entries(SETTINGS).map(([name, value]) => `set local ${name} = ${value}`),
].join('; ');

/**
 * Sets the same for single statements, where the session is ours alone: no pooler is between if the server's own process
 * is the one that the connection was told of when it was made.
 *
 * @param processId what the connection was told
 */
export function settingsOfSession(processId: number): string {
  const settings = { ...SETTINGS, default_transaction_isolation: 'read committed' };
  const calls = Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', false)`);
  return `select ${calls.join(', ')} where pg_backend_pid() = ${processId}`;
}
