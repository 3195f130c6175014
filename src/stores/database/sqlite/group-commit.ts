import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { isStoreUnavailable } from '../../../grants/errors.ts';
import { retryOnLock } from '../retry-on-lock.ts';
import type { Database } from '../schema.ts';

type Work<Result> = (transaction: Transaction<Database>) => Promise<Result>;

interface Waiting {
  readonly work: Work<unknown>;
  readonly isAhead: boolean;
  /** The most transactions that may share its commit, including itself; lower after one of them has failed. */
  readonly most: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Limits how long a transaction waits for the others of its commit, and another process for the lock. */
const MOST_AT_ONCE = 64;
/**
 * The pause for other processes after a commit, in milliseconds: an eighth of the time that it took, and a minimum
 * where it could not take everybody. A waiting process polls every few milliseconds, and would rarely find a lock that
 * is free for less.
 */
const GAP_MS = { share: 1 / 8, least: 1, longest: 10 };

/** Runs one transaction, perhaps more than once from its start, and throws its error. */
type Commit = <Result>(work: Work<Result>) => Promise<Result>;

/** The two ends of one queue of transactions. */
export interface GroupCommit {
  readonly commit: Commit;
  /** Goes ahead of everything that waits: for the few transactions that are useless when late. */
  readonly commitAhead: Commit;
}

/**
 * Runs transactions on a database with one writer. Transactions that arrive while it is busy share the next commit, and
 * so one wait for the lock and one for the disk; each is acknowledged only once that commit is on the disk.
 *
 * @param isLockConflict whether an error means that a retry may succeed
 * @param check throws a StoreUnavailableError where nothing may be written; called before a transaction, and again
 *   before it is acknowledged
 */
export function groupCommit(
  db: Kysely<Database>,
  isLockConflict: (error: unknown) => boolean,
  check: () => void = () => undefined,
): GroupCommit {
  const queue: Waiting[] = [];
  let isBusy = false;
  let heldSince = 0;

  const commit = (works: readonly Work<unknown>[]): Promise<unknown[]> =>
    retryOnLock(async () => {
      check();
      heldSince = performance.now();
      const done = await db.transaction().execute(async (transaction) => {
        const results: unknown[] = [];
        for (const work of works) results.push(await work(transaction));
        return results;
      });
      check();
      return done;
    }, isLockConflict);

  const settle = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const results = await commit(batch.map(({ work }) => work));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index]);
    } catch (error) {
      const [only] = batch;
      if (isLockConflict(error) || isStoreUnavailable(error)) {
        // The trouble affects every transaction, and another wait for each would delay the rescue of answers.
        for (const { reject } of [...batch, ...queue.splice(0)]) reject(error);
      } else if (batch.length > 1) {
        // One transaction's failure is not the others' fault, and none of them was committed. Halving the batch finds
        // the one at fault in few commits, and the halves still queue behind work that goes ahead.
        const most = Math.ceil(batch.length / 2);
        const ahead = queue.findIndex(({ isAhead }) => !isAhead);
        queue.splice(ahead === -1 ? queue.length : ahead, 0, ...batch.map((each) => ({ ...each, most })));
      } else {
        only?.reject(error);
      }
    }
  };

  const drain = async (): Promise<void> => {
    isBusy = true;
    while (queue.length > 0) {
      // A commit blocks this process until it is on the disk, so everything that arrives in the same turn of the event
      // loop must be included.
      await turn();
      const batch = queue.splice(0, alikeAtHead(queue));
      await settle(batch);
      const gapMs = Math.min(GAP_MS.longest, (performance.now() - heldSince) * GAP_MS.share);
      if (gapMs >= GAP_MS.least || batch.length === MOST_AT_ONCE) await delay(Math.max(GAP_MS.least, gapMs));
    }
    isBusy = false;
  };

  const joining =
    (isAhead: boolean): Commit =>
    <Result>(work: Work<Result>) =>
      new Promise<Result>((resolve, reject) => {
        const waiting = { work, isAhead, most: MOST_AT_ONCE, resolve: resolve as (result: unknown) => void, reject };
        if (isAhead) queue.unshift(waiting);
        else queue.push(waiting);
        if (!isBusy) void drain();
      });

  return { commit: joining(false), commitAhead: joining(true) };
}

/** How many transactions at the head of the queue may share a commit. */
function alikeAtHead(queue: readonly Waiting[]): number {
  const most = queue[0]?.most ?? 0;
  const other = queue.findIndex((each) => each.most !== most);
  return Math.min(most, other === -1 ? queue.length : other);
}
