import { sql, type Transaction } from 'kysely';
import type { Database } from '../database/schema.ts';
import type { Limits } from './limits.ts';

/** Represents the next credential of a grant, before which nothing of it can be forgotten. */
export const AT_NEXT_CREDENTIAL = 8_640_000_000_000_000;
/**
 * In milliseconds: what can't be forgotten before the next credential gets one more look after this time, and is then
 * left until that credential.
 */
const SECOND_LOOK_MS = 3_600_000;

/** A grant, and when something of it that the walk has passed may be forgotten, in epoch milliseconds. */
export interface Revisit {
  readonly grantId: string;
  readonly at: number;
}

/**
 * Records that something of these grants could not be forgotten when the walk passed it. A credential may be obtained
 * at this very moment, so each grant gets a second look before it is left until the next credential.
 */
export async function noteRevisits(
  transaction: Transaction<Database>,
  { now }: Limits,
  revisits: readonly Revisit[],
): Promise<void> {
  const earliest = new Map<string, number>();
  for (const { grantId, at } of revisits) earliest.set(grantId, Math.min(at, earliest.get(grantId) ?? Infinity));
  const later = [...earliest].filter(([, at]) => at === AT_NEXT_CREDENTIAL).map(([grantId]) => grantId);
  if (later.length > 0) {
    await transaction
      .updateTable('grants')
      .set({ revisit_at: now + SECOND_LOOK_MS })
      .where('id', 'in', later)
      .where('revisit_at', 'is', null)
      .execute();
  }
  const soon = [...earliest].filter(([, at]) => at !== AT_NEXT_CREDENTIAL);
  if (soon.length === 0) return;
  const values = soon.map(([grantId, at]) => sql`(cast(${grantId} as text), cast(${at} as bigint))`);
  // Both databases give the columns of such a list this name.
  await sql`update grants set revisit_at = v.column2 from (values ${sql.join(values)}) v
    where grants.id = v.column1 and (grants.revisit_at is null or grants.revisit_at > v.column2)`.execute(transaction);
}
