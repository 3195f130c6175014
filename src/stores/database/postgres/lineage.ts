import { POSTGRES_TYPES } from '../column-types.ts';

const TIMELINE = 'substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)';

/**
 * The lineage that is being written now, as an expression. A standby that is promoted goes on in a timeline of its own;
 * some managed servers don't show theirs.
 *
 * @param ask runs a statement, and rejects where the server refuses it
 */
export async function lineageExpression(ask: (statement: string) => Promise<unknown>): Promise<string> {
  const shown = await ask(`select ${TIMELINE}`).then(
    () => TIMELINE,
    () => "'-'",
  );
  return `(${POSTGRES_TYPES.lineage} || '/' || ${shown})`;
}
