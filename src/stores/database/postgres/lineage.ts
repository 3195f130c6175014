import { POSTGRES_TYPES } from '../column-types.ts';

const TIMELINE = 'substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)';

/**
 * The current lineage of the database, as an expression. A promoted standby continues on its own timeline; some managed
 * servers don't show theirs.
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
