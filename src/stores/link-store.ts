import { createHash, randomUUID } from 'node:crypto';
import type {
  ConnectionVerdict,
  ConsentedLink,
  Departure,
  Link,
  LinkStore,
  NewConnection,
  NewLink,
} from '../grants/link-store.ts';
import type { Obtained } from '../providers/provider.ts';
import { Secret } from '../secret.ts';
import { connectLinked, type LinkStoreOptions } from './connect-linked.ts';
import { obtainedContent, obtainedFrom, type ObtainedContent } from './obtained-content.ts';
import { forgetOldest, lockTicket, type LinkRow } from './tickets.ts';
import type { Place } from './vault.ts';

/** How often one ticket may be opened: by the user, by another device, by whatever looks at links in a mail. */
const MOST_DEPARTURES = 20;
/** Of one subject at one provider, under way at once. */
const MOST_LINKS = 200;

/** Links in SQL. The words that lead on are unguessable, so their bare hash keeps them; what they lead to is sealed. */
export class SqlLinkStore implements LinkStore {
  readonly #options: LinkStoreOptions;

  constructor(options: LinkStoreOptions) {
    this.#options = options;
  }

  async begin({ realm, subject, returnTo, ticket, expiresAt }: NewLink): Promise<boolean> {
    const { database, clock } = this.#options;
    return database.transact(async (transaction) => {
      const { count } = await transaction
        .selectFrom('links')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('realm', '=', realm)
        .where('subject', '=', subject)
        .where('expires_at', '>', clock.now())
        .executeTakeFirstOrThrow();
      if (count >= MOST_LINKS && !(await forgetOldest(transaction, { realm, subject }))) return false;
      await transaction
        .insertInto('links')
        .values({
          id: randomUUID(),
          realm,
          subject,
          return_to: returnTo,
          step: 'begun',
          ticket_hash: hash(ticket),
          created_at: clock.now(),
          expires_at: expiresAt,
        })
        .execute();
      return true;
    });
  }

  /** Each departure is a row of its own, of which the first to come back ends all others and the ticket. */
  async depart(ticket: Secret, { browser, state, codeVerifier }: Departure): Promise<Link | undefined> {
    const { database, clock, vault } = this.#options;
    return database.transact(async (transaction) => {
      const begun = await lockTicket(transaction, hash(ticket));
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
          browser_hash: hash(browser),
          state_hash: hash(state),
          code_verifier: codeVerifier ? vault.seal(codeVerifier, place(id, 'code_verifier')) : null,
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
        .set({ step: 'consented', completion_hash: brought === undefined ? null : hash(brought.completion) })
        .where('state_hash', '=', hash(state))
        .where('browser_hash', '=', hash(browser))
        .where('step', '=', 'departed')
        .where('expires_at', '>', clock.now())
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) return undefined;
      if (brought === undefined) {
        await transaction.deleteFrom('links').where('id', '=', row.id).execute();
      } else {
        // Whoever departs at this moment has either been seen when this is done, or finds no ticket.
        await lockTicket(transaction, row.ticket_hash);
        await transaction
          .deleteFrom('links')
          .where('ticket_hash', '=', row.ticket_hash)
          .where('step', 'in', ['begun', 'departed'])
          .execute();
        const code = vault.seal(brought.code, place(row.id, 'code'));
        await transaction.updateTable('links').set({ code }).where('id', '=', row.id).execute();
      }
      return linkOf(row);
    });
  }

  async take(
    completion: Secret,
    { realm, subject }: { readonly realm: string; readonly subject: string },
  ): Promise<ConsentedLink | undefined> {
    const { database, clock } = this.#options;
    const row = await database.transact((transaction) =>
      transaction
        .updateTable('links')
        .set({ step: 'taken' })
        .where('completion_hash', '=', hash(completion))
        .where('realm', '=', realm)
        .where('subject', '=', subject)
        .where('step', '=', 'consented')
        .where('expires_at', '>', clock.now())
        .returningAll()
        .executeTakeFirst(),
    );
    return row && this.#consented(row);
  }

  async keep(link: Link, answer: Obtained): Promise<void> {
    const { database, vault } = this.#options;
    const text = new Secret(JSON.stringify(obtainedContent(answer)));
    await database.transact(async (transaction) => {
      await transaction
        .updateTable('links')
        .set({ answer: vault.seal(text, place(link.id, 'answer')) })
        .where('id', '=', link.id)
        .execute();
    });
  }

  async putBack(link: Link): Promise<void> {
    await this.#options.database.transact(async (transaction) => {
      await transaction
        .updateTable('links')
        .set({ step: 'consented' })
        .where('id', '=', link.id)
        .where('step', '=', 'taken')
        .execute();
    });
  }

  connect(connection: NewConnection): Promise<ConnectionVerdict> {
    return connectLinked(this.#options, connection);
  }

  async end(link: Link): Promise<void> {
    await this.#options.database.transact(async (transaction) => {
      await transaction.deleteFrom('links').where('id', '=', link.id).execute();
    });
  }

  async forgetExpired(): Promise<void> {
    const now = this.#options.clock.now();
    await this.#options.database.transact(async (transaction) => {
      await transaction.deleteFrom('links').where('expires_at', '<=', now).execute();
    });
  }

  #consented(row: LinkRow): ConsentedLink {
    const { vault } = this.#options;
    const open = (sealed: Uint8Array | null, field: Place['field']) =>
      sealed === null ? undefined : vault.open(sealed, place(row.id, field));
    const answer = open(row.answer, 'answer');
    return {
      ...linkOf(row),
      code: open(row.code, 'code') ?? new Secret(''),
      codeVerifier: open(row.code_verifier, 'code_verifier'),
      answer: answer && obtainedFrom(JSON.parse(answer.reveal()) as ObtainedContent),
    };
  }
}

function linkOf({ id, realm, subject, return_to }: LinkRow): Link {
  return { id, realm, subject, returnTo: return_to };
}

function hash(word: Secret): Uint8Array {
  return createHash('sha256').update(word.reveal()).digest();
}

function place(linkId: string, field: Place['field']): Place {
  return { grantId: linkId, exchangeId: 0, field };
}
