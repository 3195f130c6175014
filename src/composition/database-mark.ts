import type { PeriodicTask } from '../grants/upkeep/periodic-tasks.ts';
import type { GrantObserver } from '../grants/observer.ts';
import type { HighWaterMark } from '../stores/high-water-mark.ts';

/** What noticing that the database went back takes. */
export interface DatabaseMarkOptions {
  readonly mark: HighWaterMark;
  /** Where the mark is kept, in words for the operator. */
  readonly place: string;
  readonly observer: Pick<GrantObserver, 'failed'>;
  /** Told that the database went back, each time it did. */
  readonly warn: (what: string) => void;
}

/** A mark that is kept up with what is exchanged. */
export interface DatabaseMark {
  /** Hears of exchanges: after one, the mark is out of date. */
  readonly observer: Pick<GrantObserver, 'exchanged'>;
  /** What is to be done in the background; nothing where the mark cannot be kept. */
  readonly chores: readonly PeriodicTask[];
}

/** How often it is noted that the database has gone on, in milliseconds. */
const MARK_EVERY_MS = 10_000;
const WENT_BACK =
  'The database is older than it was when this machine last wrote to it: a backup was restored, or a failover lost ' +
  'commits. Tokens that were renewed since are lost; whose they were is told as reverted.';

/** Looks whether the database went back in time since this machine last wrote to it, and goes on looking. Never rejects. */
export async function openDatabaseMark({ mark, place, observer, warn }: DatabaseMarkOptions): Promise<DatabaseMark> {
  const watched = async (hasGoneBack: Promise<boolean>) => {
    if (await hasGoneBack) warn(WENT_BACK);
  };
  const exchanged = () => {
    mark.outdate();
  };
  const keepUp = () => watched(mark.keepUp());
  try {
    await watched(mark.raise());
  } catch (cause) {
    observer.failed(`nothing can be kept beside ${place}, so a restored backup would go unnoticed`, cause);
    return { observer: { exchanged }, chores: [] };
  }
  return {
    observer: { exchanged },
    chores: [{ name: 'note that the database went on', everyMs: MARK_EVERY_MS, work: keepUp }],
  };
}
