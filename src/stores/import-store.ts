import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Clock } from '../grants/clock.ts';
import { unresolvedMs, type ExchangeBounds } from '../grants/exchange.ts';
import type { ImportedGrant, ImportStore, ImportVerdict } from '../grants/imports.ts';
import type { Obtained } from '../providers/provider.ts';
import { Secret } from '../secret.ts';
import { connectedTo, connectTo, createGrant, grantOfAccount } from './connection.ts';
import { insertFinished } from './exchange-row.ts';
import { settleAccount } from './import-account.ts';
import { hasMark, importMarks, knownImports } from './import-marks.ts';
import { closeForsaken } from './predecessors.ts';
import { recordObtained } from './record-outcome.ts';
import type { Database } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Vault } from './vault.ts';

/** What the store is made of; as for grants, the clock judges tokens and the database's own judges claims. */
export interface SqlImportStoreOptions {
  readonly database: SqlDatabase;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
  readonly holder: string;
}

/** How many imports one transaction takes: enough to share its way to the disk, few enough that nobody waits long for it. */
const IMPORTS_AT_ONCE = 50;
const UNIQUE_VIOLATION = '23505';
/** Each try can meet one more line that somebody else has just begun. */
const MOST_TRIES = IMPORTS_AT_ONCE;

/** An import on its way, and what was read for it. */
interface Judged {
  readonly grant: ImportedGrant;
  readonly marks: readonly string[];
  /** The grant that the subject was connected to when the import began. */
  readonly connected: string | undefined;
  /** By the database's clock, in epoch milliseconds. */
  readonly now: number;
}

/** Imports in SQL: each is an exchange that ended the moment it began, with its credential. */
export class SqlImportStore implements ImportStore {
  readonly #options: SqlImportStoreOptions;
  readonly #unresolvedMs: number;

  constructor(options: SqlImportStoreOptions) {
    this.#options = options;
    this.#unresolvedMs = unresolvedMs(options.bounds);
  }

  add(imports: readonly ImportedGrant[]): Promise<ImportVerdict[]> {
    return this.#inParts(imports, (part) => this.#addPart(part));
  }

  check(imports: readonly ImportedGrant[]): Promise<ImportVerdict[]> {
    return this.#inParts(imports, (part) => this.#rolledBack(part));
  }

  /** What is there already is passed over without a lock. */
  async #inParts(
    imports: readonly ImportedGrant[],
    work: (part: readonly ImportedGrant[]) => Promise<ImportVerdict[]>,
  ): Promise<ImportVerdict[]> {
    const verdicts: ImportVerdict[] = [];
    for (let from = 0; from < imports.length; from += IMPORTS_AT_ONCE) {
      const part = imports.slice(from, from + IMPORTS_AT_ONCE);
      const known = await knownImports(this.#options.database.db, this.#options.vault, part);
      const added = part.some((each) => !known.has(each)) ? await work(part.filter((each) => !known.has(each))) : [];
      const next = added.values();
      verdicts.push(...part.map((each) => (known.has(each) ? 'already_there' : (next.next().value ?? 'busy'))));
    }
    return verdicts;
  }

  async #addPart(part: readonly ImportedGrant[]): Promise<ImportVerdict[]> {
    for (let triesLeft = MOST_TRIES; ; triesLeft -= 1) {
      try {
        return await this.#options.database.transact((transaction) => this.#addEach(transaction, part));
      } catch (error) {
        // Somebody connected the same subject or account in the same moment. By now it is there to be found.
        const metTwin = error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION;
        if (!metTwin || triesLeft === 0) throw error;
      }
    }
  }

  async #rolledBack(part: readonly ImportedGrant[]): Promise<ImportVerdict[]> {
    const found: ImportVerdict[] = [];
    await this.#options.database
      .transact(async (transaction) => {
        found.splice(0, Infinity, ...(await this.#addEach(transaction, part)));
        throw new RolledBack();
      })
      .catch((error: unknown) => {
        if (!(error instanceof RolledBack)) throw error;
      });
    return found;
  }

  async #addEach(transaction: Transaction<Database>, part: readonly ImportedGrant[]): Promise<ImportVerdict[]> {
    // Two imports of one file in different orders would wait for each other in a circle, time and again. So they take turns.
    await this.#options.database.lockSchema(transaction);
    const verdicts: ImportVerdict[] = [];
    for (const each of part) verdicts.push(await this.#addOne(transaction, each));
    return verdicts;
  }

  async #addOne(transaction: Transaction<Database>, grant: ImportedGrant): Promise<ImportVerdict> {
    const { database, vault, clock } = this.#options;
    const connected = await connectedTo(transaction, grant);
    const existing = connected ?? (await grantOfAccount(transaction, grant));
    if (grant.isOneSubjects === true && connected === undefined && existing !== undefined) {
      if (await isTaken(transaction, existing)) return 'account_elsewhere';
    }
    const grantId = existing ?? (await createGrant(transaction, grant, clock.now()));
    await database.lockGrant(transaction, grantId);
    const now = await database.readTime(transaction);
    const marks = importMarks(vault, grant);
    const state =
      existing === undefined ? 'new' : await this.#prepare(transaction, grantId, { grant, marks, connected, now });
    if (state !== 'new' && state !== 'known') return state;
    if (connected === undefined) await connectTo(transaction, grantId, grant, clock.now());
    if (state === 'new') await this.#append(transaction, grantId, grant, marks[0] ?? '', now);
    await database.announce(transaction, grantId);
    return 'imported';
  }

  /** Judges an import into a grant that is there. `new` and `known` are its tokens, where it may go on. */
  async #prepare(
    transaction: Transaction<Database>,
    grantId: string,
    { grant, marks, connected, now }: Judged,
  ): Promise<ImportVerdict | 'new' | 'known'> {
    const { database, bounds } = this.#options;
    if ((await connectedTo(transaction, grant)) !== connected) return 'busy';
    const isKnown = await hasMark(transaction, grantId, marks);
    if (isKnown && connected !== undefined) return 'already_there';
    if (!isKnown) {
      await closeForsaken(transaction, grantId, bounds, database.now());
      // What is asked just now may end all other tokens, or bring another account.
      if (await this.#isAsked(transaction, grantId, now)) return 'busy';
    }
    const refusal = await settleAccount(transaction, grantId, grant);
    return refusal ?? (isKnown ? 'known' : 'new');
  }

  async #isAsked(transaction: Transaction<Database>, grantId: string, now: number): Promise<boolean> {
    const row = await transaction
      .selectFrom('exchanges')
      .select('id')
      .where('grant_id', '=', grantId)
      .where('outcome', 'is', null)
      .where(
        sql<boolean>`(finished_at is null or (kind in ('provision', 'recover') and opened_at + ${this.#unresolvedMs} > ${now}))`,
      )
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  async #append(
    transaction: Transaction<Database>,
    grantId: string,
    grant: ImportedGrant,
    mark: string,
    now: number,
  ): Promise<void> {
    const { database, vault, clock, holder } = this.#options;
    const obtainedAt = clock.now();
    const rewriting = { now, lineage: database.lineage(), holder };
    const { accountId } = grant;
    const opened = { openedAt: obtainedAt, openedTick: clock.monotonic() };
    const intent = { grantId, kind: 'import', presented: undefined, accountId, ...opened } as const;
    const name = await insertFinished(transaction, intent, rewriting);
    const answer = obtained(grant, obtainedAt);
    const exchange = { ...intent, ...name };
    await recordObtained(database, transaction, { vault, exchange, answer, holder, obtainedAt });
    await transaction
      .updateTable('exchanges')
      .set({ detail: mark })
      .where('grant_id', '=', grantId)
      .where('id', '=', name.exchangeId)
      .execute();
  }
}

async function isTaken(transaction: Transaction<Database>, grantId: string): Promise<boolean> {
  const query = transaction.selectFrom('connections').select('subject').where('grant_id', '=', grantId).limit(1);
  return (await query.executeTakeFirst()) !== undefined;
}

class RolledBack extends Error {
  override readonly name = 'RolledBack';
}

/** Every credential has an access token. Where there is none, a word that no provider ever gave stands in, long expired. */
function obtained({ access, refresh, tokenType }: ImportedGrant, now: number): Obtained {
  const { token, expiresAt = now } = access ?? { token: new Secret(`none ${randomUUID()}`), expiresAt: now };
  return {
    kind: 'obtained',
    tokens: {
      accessToken: token,
      expiresAt,
      tokenType,
      ...(refresh === undefined ? {} : { refreshToken: refresh.token }),
      ...(refresh?.expiresAt === undefined ? {} : { refreshExpiresAt: refresh.expiresAt }),
    },
  };
}
