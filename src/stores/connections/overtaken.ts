/**
 * Somebody else was faster: what this transaction had read is no longer so. From its start again, it finds what is there
 * by now.
 */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
  /** As Postgres itself says it of a transaction that can't go on beside another. */
  readonly code = '40001';
}
