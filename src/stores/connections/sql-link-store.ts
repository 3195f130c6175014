import { randomUUID } from 'node:crypto';
import type {
  ConnectedLink,
  ConnectionVerdict,
  AuthorizationAttempt,
  Link,
  LinkStore,
  NewConnection,
  NewLink,
  TakenLink,
} from '../../grants/storage/link-store.ts';
import type { Obtained } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import { namedConnection } from '../../grants/connection-key.ts';
import { connectLinked, type LinkStoreOptions } from './connect-linked.ts';
import { ownerOf } from './connection.ts';
import { linkPlace, wordHash } from './link-lease.ts';
import { TakenLinks } from './taken-links.ts';
import { forgetOldest, isOf, LINK_COLUMNS, linkOf, lockTicket } from './tickets.ts';

/** How often one ticket may be opened: by the user, by another device, by link scanners in a mail client. */
const MOST_DEPARTURES = 20;
/** The most links of one subject at one provider that may be under way at once. */
const MOST_LINKS = 200;

/** Links in SQL. Their secrets are unguessable, so a bare hash of them is stored; what they lead to is sealed. */
export class SqlLinkStore implements LinkStore {
  readonly #options: LinkStoreOptions;
  readonly #taken: TakenLinks;

  constructor(options: LinkStoreOptions) {
    this.#options = options;
    this.#taken = new TakenLinks(options);
  }

  async begin({ realm, subject, returnTo, ticket, expiresAt }: NewLink): Promise<boolean> {
    const { database, clock } = this.#options;
    return database.transact(async (transaction) => {
      const { count } = await transaction
        .selectFrom('links')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where(isOf(realm, namedConnection(subject).subject))
        .where('step', '<>', 'connected')
        .where('expires_at', '>', clock.now())
        .executeTakeFirstOrThrow();
      if (count >= MOST_LINKS && !(await forgetOldest(transaction, { realm, subject }))) return false;
      await transaction
        .insertInto('links')
        .values({
          id: randomUUID(),
          realm,
          subject,
          owner: ownerOf(subject),
          return_to: returnTo,
          step: 'begun',
          ticket_hash: wordHash(ticket),
          created_at: clock.now(),
          expires_at: expiresAt,
        })
        .execute();
      return true;
    });
  }

  /** Each departure is a row of its own. The first one to come back ends all the others and the ticket. */
  async startAuthorization(
    ticket: Secret,
    { browser, state, codeVerifier }: AuthorizationAttempt,
  ): Promise<Link | undefined> {
    const { database, clock, vault } = this.#options;
    return database.transact(async (transaction) => {
      const begun = await lockTicket(transaction, wordHash(ticket));
      if (begun === undefined || begun.expires_at <= clock.now()) return undefined;
      const { count } = await transaction
        .selectFrom('links')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('ticket_hash', '=', begun.ticket_hash)
        .executeTakeFirstOrThrow();
      if (count > MOST_DEPARTURES) return undefined;
      const id = randomUUID();
      await transaction
        .insertInto('links')
        .values({
          ...begun,
          id,
          step: 'departed',
          browser_hash: wordHash(browser),
          state_hash: wordHash(state),
          code_verifier: codeVerifier ? vault.seal(codeVerifier, linkPlace(id, 'code_verifier')) : null,
        })
        .execute();
      return linkOf(begun);
    });
  }

  async receive(
    state: Secret,
    browser: Secret,
    brought: { readonly code: Secret; readonly completion: Secret } | undefined,
  ): Promise<Link | undefined> {
    const { database, clock, vault } = this.#options;
    return database.transact(async (transaction) => {
      const row = await transaction
        .updateTable('links')
        .set({ step: 'consented', completion_hash: brought === undefined ? null : wordHash(brought.completion) })
        .where('state_hash', '=', wordHash(state))
        .where('browser_hash', '=', wordHash(browser))
        .where('step', '=', 'departed')
        .where('expires_at', '>', clock.now())
        .returning(LINK_COLUMNS)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      if (brought === undefined) {
        await transaction.deleteFrom('links').where('id', '=', row.id).execute();
      } else {
        // A concurrent departure is either visible once this is locked, or finds no ticket.
        await lockTicket(transaction, row.ticket_hash);
        await transaction
          .deleteFrom('links')
          .where('ticket_hash', '=', row.ticket_hash)
          .where('step', 'in', ['begun', 'departed'])
          .execute();
        const code = vault.seal(brought.code, linkPlace(row.id, 'code'));
        await transaction.updateTable('links').set({ code }).where('id', '=', row.id).execute();
      }
      return linkOf(row);
    });
  }

  take(
    completion: Secret,
    owner: { readonly realm: string; readonly subject: string },
  ): Promise<TakenLink | 'held' | ConnectedLink | undefined> {
    return this.#taken.take(completion, owner);
  }

  renew(link: TakenLink): Promise<void> {
    return this.#taken.renew(link);
  }

  keep(link: TakenLink, answer: Obtained): Promise<boolean> {
    return this.#taken.keep(link, answer);
  }

  putBack(link: TakenLink): Promise<void> {
    return this.#taken.putBack(link);
  }

  connect(connection: NewConnection): Promise<ConnectionVerdict> {
    return connectLinked(this.#options, connection);
  }

  end(link: TakenLink): Promise<boolean> {
    return this.#taken.end(link);
  }

  giveUp(link: TakenLink): Promise<void> {
    return this.#taken.giveUp(link);
  }
}
