/**
 * Another transaction was faster: what this one has read no longer holds. Run again from its start, it sees the present
 * state.
 */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
  /** The SQLSTATE that Postgres itself gives for a serialization failure. */
  readonly code = '40001';
}
