import { timingSafeEqual } from 'node:crypto';
import type { SqlDatabase } from '../database/sql-database.ts';
import type { Vault } from './vault.ts';

/** The key ring doesn't open this database. */
export class WrongKeyRingError extends Error {
  override readonly name = 'WrongKeyRingError';
  readonly code = 'wrong_key_ring';
}

/**
 * Compares the ring with the keys that this database was written under, and records new ones, so that nothing is ever
 * written under a wrong ring.
 *
 * @throws {@link WrongKeyRingError}
 */
export async function checkKeyRing(database: SqlDatabase, vault: Vault): Promise<void> {
  const ours = vault.keyChecks();
  const known = await database.db.selectFrom('vault_keys').select(['id', 'check_value']).execute();
  for (const { id, check_value: check } of known) {
    const own = ours.get(id);
    if (own === undefined) {
      throw new WrongKeyRingError(
        `The database was written under the key "${id}", which EVERGRANT_ENCRYPTION_KEYS does not have. ` +
          'Add it to the list again (after the first), or point EVERGRANT_DATABASE_URL at the right database.',
      );
    }
    if (!timingSafeEqual(own, check)) {
      throw new WrongKeyRingError(
        `The key "${id}" in EVERGRANT_ENCRYPTION_KEYS is not the "${id}" that this database was written under.`,
      );
    }
  }
  const fresh = [...ours].filter(([id]) => !known.some((key) => key.id === id));
  if (fresh.length === 0) return;
  await database.transact(async (transaction) => {
    await transaction
      .insertInto('vault_keys')
      .values(fresh.map(([id, check_value]) => ({ id, check_value })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
}
