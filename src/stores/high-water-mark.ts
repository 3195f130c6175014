import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { sql, type Transaction } from 'kysely';
import type { Database } from './database/schema.ts';
import type { SqlDatabase } from './database/sql-database.ts';

/** The content of the file. */
interface Mark {
  /** Identifies the database, whatever happens to it. */
  readonly database: string;
  /** Identifies the file. */
  readonly place: string;
  readonly tick: number;
}

/**
 * A number that only grows, kept in the database and in a file beside it. Where the database has the smaller one, it
 * has gone back in time, because somebody has restored a backup. Then another lineage starts.
 */
export class HighWaterMark {
  readonly #database: SqlDatabase;
  readonly #path: string;
  #isStale = false;

  /** @param path of the file, which must survive a restart to be of any use */
  constructor(database: SqlDatabase, path: string) {
    this.#database = database;
    this.#path = path;
  }

  /** Notes that exchanges were made since the mark was raised. It runs on every exchange, so it must cost nothing. */
  outdate(): void {
    this.#isStale = true;
  }

  /**
   * Raises the mark where that is due. Resolves to whether the database has gone back in time since it was last raised.
   */
  async keepUp(): Promise<boolean> {
    if (!this.#isStale) return false;
    this.#isStale = false;
    return this.raise();
  }

  /**
   * Raises the mark.
   *
   * @returns whether the database has gone back in time since it was last raised
   * @throws the database's error, or the disk's
   */
  async raise(): Promise<boolean> {
    const before = await this.#read();
    const { mark, hasGoneBack } = await this.#database.transact(async (transaction) => {
      const { rows } = await sql<{ name: string }>`select name from lineages where id = 1`.execute(transaction);
      const database = rows[0]?.name ?? '';
      const known = before?.database === database ? before : undefined;
      const place = known?.place ?? randomUUID();
      const tick = await tickOf(transaction, place);
      const isBehind = known !== undefined && tick < known.tick;
      if (isBehind) await beginLineage(transaction);
      const next = Math.max(tick, known?.tick ?? 0) + 1;
      await transaction
        .insertInto('marks')
        .values({ place, tick: next })
        .onConflict((conflict) => conflict.column('place').doUpdateSet({ tick: next }))
        .execute();
      return { mark: { database, place, tick: next }, hasGoneBack: isBehind };
    });
    await this.#write(mark);
    return hasGoneBack;
  }

  async #read(): Promise<Mark | undefined> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as Mark;
    } catch {
      // There is no file yet, or one without a usable mark, which amounts to the same.
      return undefined;
    }
  }

  async #write(mark: Mark): Promise<void> {
    const aside = `${this.#path}.${process.pid}.part`;
    await writeFile(aside, JSON.stringify(mark), { mode: 0o600 });
    await rename(aside, this.#path);
  }
}

async function tickOf(transaction: Transaction<Database>, place: string): Promise<number> {
  const row = await transaction.selectFrom('marks').select('tick').where('place', '=', place).executeTakeFirst();
  return row?.tick ?? 0;
}

async function beginLineage(transaction: Transaction<Database>): Promise<void> {
  await sql`insert into lineages (id, name, began_at)
    select max(id) + 1, cast(${randomUUID()} as text), cast(${Date.now()} as bigint) from lineages`.execute(
    transaction,
  );
}
