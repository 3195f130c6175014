import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { SQLITE_TYPES } from '../column-types.ts';
import { retryOnLock } from '../retry-on-lock.ts';
import { isBusy } from '../sqlite/busy.ts';
import { prepareFile } from '../sqlite/database-file.ts';
import type { DatabaseMeans, MigratorConnection, Run } from './migrator-connection.ts';

/** How long to pause while another process writes, in milliseconds. */
const PAUSE_MS = 5;
/** How often to check whether nothing else has the file open, in milliseconds. */
const LOOK_EVERY_MS = 200;

/** Opens a SQLite file for migrations only, creating it with mode 0600. */
export async function openSqliteForMigration(
  path: string,
  { trouble, progress }: DatabaseMeans,
): Promise<MigratorConnection> {
  prepareFile(path, trouble);
  const database = await retryOnLock(() => opened(path), isBusy);
  const run: Run = (statement) => {
    const prepared = database.prepare(statement);
    if (prepared.columns().length > 0) return Promise.resolve(prepared.all() as never);
    prepared.run();
    return Promise.resolve([]);
  };
  const attempt = async <Result>(begin: string, work: (run: Run) => Promise<Result>): Promise<Result> => {
    database.exec(begin);
    try {
      const result = await work(run);
      database.exec('commit');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('rollback');
      throw error;
    }
  };
  return {
    types: SQLITE_TYPES,
    now: "cast(unixepoch('subsec') * 1000 as integer)",
    async transact(work) {
      for (;;) {
        try {
          return await attempt('begin immediate', work);
        } catch (error) {
          if (!isBusy(error)) throw error;
          progress.tell(() => 'The migration waits for another process to end its write to the database.');
          await delay(PAUSE_MS);
        }
      }
    },
    async transactAlone(work) {
      for (;;) {
        try {
          // An open connection in WAL mode keeps others from leaving that mode.
          database.exec('pragma locking_mode = exclusive; pragma journal_mode = delete; begin exclusive; rollback');
          if (database.prepare('pragma journal_mode').get()?.['journal_mode'] !== 'delete') continue;
          return await attempt('begin exclusive', work);
        } catch (error) {
          if (!isBusy(error)) throw error;
          progress.tell(
            () => `The migration waits until nothing else has ${path} open: stop what runs of the version before.`,
          );
        } finally {
          backToNormal(database);
        }
        await delay(LOOK_EVERY_MS);
      }
    },
    run,
    runBeside: undefined,
    [Symbol.asyncDispose]() {
      database.close();
      return Promise.resolve();
    },
  };
}

function opened(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 1 });
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The lock is released at the next access after the mode is set. */
function backToNormal(database: DatabaseSync): void {
  try {
    database.exec('pragma locking_mode = normal; pragma journal_mode = wal; select 1 from sqlite_master limit 1');
  } catch (error) {
    // Another process was faster: the next one that opens the file sets the mode.
    if (!isBusy(error)) throw error;
  }
}
