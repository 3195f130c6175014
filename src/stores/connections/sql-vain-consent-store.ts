import { sql, type Transaction } from 'kysely';
import { LONGEST_ASKED_MS } from '../../grants/rules/backoff.ts';
import {
  LINK_LIFE_MS,
  type TakenLink,
  type VainConsent,
  type VainConsentStore,
} from '../../grants/storage/link-store.ts';
import { AHEAD_MS } from '../database/clock-set-back.ts';
import type { LinkStoreOptions } from './connect-linked.ts';
import { lockAccount } from './connection.ts';
import { claimLink, isHeld } from './link-lease.ts';
import type { Database } from '../database/schema.ts';
import { LINK_COLUMNS } from './tickets.ts';

/** How many due links are looked at: some of them may be held right now. */
const MOST_LOOKED_AT = 10;

/** Expired links, and what their consents obtained. */
export class SqlVainConsentStore implements VainConsentStore {
  readonly #options: LinkStoreOptions;

  constructor(options: LinkStoreOptions) {
    this.#options = options;
  }

  async forgetExpired(): Promise<void> {
    const { database, clock } = this.#options;
    const now = clock.now();
    await database.transact(async (transaction) => {
      // If the clock was set back, a link must not gain the time by which it was.
      await transaction
        .updateTable('links')
        .set({ expires_at: now + LINK_LIFE_MS })
        .where('expires_at', '>', now + LINK_LIFE_MS + AHEAD_MS)
        .execute();
      await transaction
        .deleteFrom('links')
        .where('expires_at', '<=', now)
        .where('answer', 'is', null)
        .where((where) => where.or([where('lease_until', 'is', null), where('lease_until', '<=', database.now())]))
        .execute();
    });
  }

  async takeVain(realm: string): Promise<VainConsent | undefined> {
    const { database, clock } = this.#options;
    const now = clock.now();
    const due = await database.db
      .selectFrom('links')
      .select(LINK_COLUMNS)
      .where('realm', '=', realm)
      .where('answer', 'is not', null)
      .where('expires_at', '<=', now)
      .where(sql<boolean>`(retry_at is null or retry_at <= ${now} or retry_at > ${now + LONGEST_ASKED_MS})`)
      .orderBy('expires_at')
      .limit(MOST_LOOKED_AT)
      .execute();
    for (const row of due) {
      const link = await database.transact(async (transaction) =>
        (await isHeld(transaction, this.#options, row))
          ? undefined
          : claimLink(transaction, this.#options, row, 'revoking'),
      );
      if (link?.answer === undefined) continue;
      return { link, answer: link.answer, accountId: row.account_id ?? undefined, failures: row.failures };
    }
    return undefined;
  }

  async mayRevoke({ id, realm, takenBy }: TakenLink, accountId: string): Promise<'yes' | 'no' | 'later'> {
    const { database, clock } = this.#options;
    return database.transact(async (transaction) => {
      await transaction.updateTable('links').set({ account_id: accountId }).where('id', '=', id).execute();
      const account = { id, realm, accountId };
      // Anything that connects the same account locks it too: it either sees this link being revoked or is seen here.
      await lockAccount(database, transaction, account, clock.now());
      if (await isConnected(transaction, account)) return 'no';
      if (await isUnderWay(transaction, account, this.#options)) return 'later';
      const row = await transaction
        .selectFrom('links')
        .select('id')
        .where('id', '=', id)
        .where('holder', '=', takenBy)
        .executeTakeFirst();
      return row === undefined ? 'later' : 'yes';
    });
  }

  async putOff({ id, takenBy }: TakenLink, failures: number, retryAt: number): Promise<void> {
    await this.#options.database.transact(async (transaction) => {
      await transaction
        .updateTable('links')
        .set({ step: 'consented', holder: null, lease_until: null, failures, retry_at: retryAt })
        .where('id', '=', id)
        .where('holder', '=', takenBy)
        .execute();
    });
  }

  async erase({ id, takenBy }: TakenLink): Promise<void> {
    await this.#options.database.transact(async (transaction) => {
      await transaction.deleteFrom('links').where('id', '=', id).where('holder', '=', takenBy).execute();
    });
  }
}

interface LinkedAccount {
  readonly id: string;
  readonly realm: string;
  readonly accountId: string;
}

async function isConnected(transaction: Transaction<Database>, { realm, accountId }: LinkedAccount): Promise<boolean> {
  const row = await transaction
    .selectFrom('grants')
    .innerJoin('connections', 'connections.grant_id', 'grants.id')
    .select('grants.id')
    .where('grants.realm', '=', realm)
    .where('grants.account_id', '=', accountId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether another consent to the same account, or to one not known yet, is about to be completed. */
async function isUnderWay(
  transaction: Transaction<Database>,
  { id, realm, accountId }: LinkedAccount,
  { database, clock }: LinkStoreOptions,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from links where realm = ${realm} and id <> ${id}
      and ((account_id = ${accountId} and step in ('consented', 'taken') and expires_at > ${clock.now()})
        or (account_id is null and step = 'taken' and lease_until > ${database.now()}))
    limit 1`.execute(transaction);
  return rows.length > 0;
}
