import type { PeriodicTask } from '../grants/upkeep/periodic-tasks.ts';
import type { GrantObserver } from '../grants/observer.ts';
import type { HighWaterMark } from '../stores/high-water-mark.ts';

/** The dependencies of {@link openDatabaseMark}. */
export interface DatabaseMarkOptions {
  readonly mark: HighWaterMark;
  /** Where the mark is kept, as text for the operator. */
  readonly place: string;
  readonly observer: Pick<GrantObserver, 'failed'>;
  /** Called each time the database has gone back in time. */
  readonly warn: (what: string) => void;
}

/** A high-water mark that follows the exchanges. */
export interface DatabaseMark {
  /** Observes exchanges: after each one, the mark is out of date. */
  readonly observer: Pick<GrantObserver, 'exchanged'>;
  /** The periodic tasks that update the mark; empty if it cannot be kept. */
  readonly tasks: readonly PeriodicTask[];
}

/** How often the mark is updated, in milliseconds. */
const MARK_EVERY_MS = 10_000;
const WENT_BACK =
  'The database is older than it was when this machine last wrote to it: a backup was restored, or a failover lost ' +
  'commits. Tokens that were renewed since are lost; whose they were is told as reverted.';

/**
 * Checks whether the database went back in time since this machine last wrote to it, and keeps checking. Never rejects.
 */
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
    return { observer: { exchanged }, tasks: [] };
  }
  return {
    observer: { exchanged },
    tasks: [{ name: 'note that the database went on', everyMs: MARK_EVERY_MS, work: keepUp }],
  };
}
