import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { namedConnection } from '../../grants/connection-key.ts';
import type { ConnectedLink, TakenLink } from '../../grants/storage/link-store.ts';
import type { Obtained } from '../../providers/provider.ts';
import { Secret } from '../../secret.ts';
import type { LinkStoreOptions } from './connect-linked.ts';
import { claimLink, isHeld, linkPlace, wordHash } from './link-lease.ts';
import { sealAnswer } from '../vault/sealed-answer.ts';
import { LINK_COLUMNS, linkOf } from './tickets.ts';

/**
 * Links that are being completed, each held under a lease. Once another process has taken a link over, its former
 * holder changes nothing.
 */
export class TakenLinks {
  readonly #options: LinkStoreOptions;

  constructor(options: LinkStoreOptions) {
    this.#options = options;
  }

  async take(
    completion: Secret,
    { realm, subject }: { readonly realm: string; readonly subject: string },
  ): Promise<TakenLink | 'held' | ConnectedLink | undefined> {
    const { database, clock } = this.#options;
    return database.transact(async (transaction) => {
      const row = await transaction
        .selectFrom('links')
        .select(LINK_COLUMNS)
        .where('completion_hash', '=', wordHash(completion))
        .where('realm', '=', realm)
        .where('step', 'in', ['consented', 'taken', 'connected'])
        .where('expires_at', '>', clock.now())
        .executeTakeFirst();
      if (row === undefined || namedConnection(row.subject).subject !== subject) return undefined;
      if (row.step === 'connected') return { connected: linkOf(row) };
      // Versions that had no leases take a link without an end.
      const isTakenForGood = row.step === 'taken' && row.holder === null;
      if (isTakenForGood || (await isHeld(transaction, this.#options, row))) return 'held';
      return (await claimLink(transaction, this.#options, row, 'taken')) ?? 'held';
    });
  }

  async renew({ id, takenBy }: TakenLink): Promise<void> {
    const { database, bounds } = this.#options;
    await database.transact(async (transaction) => {
      await transaction
        .updateTable('links')
        .set({ lease_until: sql<number>`${database.now()} + ${bounds.leaseMs}` })
        .where('id', '=', id)
        .where('holder', '=', takenBy)
        .execute();
    });
  }

  async keep(link: TakenLink, answer: Obtained): Promise<boolean> {
    const { database, vault, clock } = this.#options;
    const text = new Secret(JSON.stringify(sealAnswer(answer)));
    const account_id = answer.profile?.accountId ?? null;
    return database.transact(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('links')
        .set({ answer: vault.seal(text, linkPlace(link.id, 'answer')), account_id })
        .where('id', '=', link.id)
        .where('step', 'in', ['taken', 'consented'])
        .where((where) => where.or([where('holder', '=', link.takenBy), where('answer', 'is', null)]))
        .executeTakeFirstOrThrow();
      if (numUpdatedRows > 0n) return true;
      const id = randomUUID();
      const now = clock.now();
      await transaction
        .insertInto('links')
        .values({
          id,
          realm: link.realm,
          subject: link.subject,
          return_to: link.returnTo,
          step: 'consented',
          ticket_hash: wordHash(new Secret(id)),
          answer: vault.seal(text, linkPlace(id, 'answer')),
          account_id,
          created_at: now,
          expires_at: now,
        })
        .execute();
      return false;
    });
  }

  async putBack({ id, takenBy }: TakenLink): Promise<void> {
    await this.#options.database.transact(async (transaction) => {
      await transaction
        .updateTable('links')
        .set({ step: 'consented', holder: null, lease_until: null })
        .where('id', '=', id)
        .where('holder', '=', takenBy)
        .execute();
    });
  }

  async end({ id, takenBy }: TakenLink): Promise<boolean> {
    return this.#options.database.transact(async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('links')
        .where('id', '=', id)
        .where('holder', '=', takenBy)
        .where('answer', 'is', null)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    });
  }

  async giveUp({ id, takenBy }: TakenLink): Promise<void> {
    const { database, clock } = this.#options;
    await database.transact(async (transaction) => {
      await transaction
        .updateTable('links')
        .set({ step: 'consented', holder: null, lease_until: null, expires_at: clock.now() })
        .where('id', '=', id)
        .where('holder', '=', takenBy)
        .execute();
    });
  }
}
