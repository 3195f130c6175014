import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import type { Clock } from '../../grants/clock.ts';
import type { Forgotten, Retention } from '../../grants/storage/upkeep-store.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import { forgetCredentials } from './forget-credentials.ts';
import { forgetEvents } from './forget-events.ts';
import { forgetExchanges } from './forget-exchanges.ts';
import { forgetWithin, grantsToSee } from './forget-grants.ts';
import { forgetUnread } from './forget-unread.ts';
import type { Limits } from './limits.ts';
import { noteReach, takeReach, type Reach } from './reach.ts';
import type { Bite } from './walk.ts';

/** Configures {@link forgetSome}; the clock judges tokens. */
export interface ForgettingOptions {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly holder: string;
}

/** How many facts can be walked in the time that it takes to look at one whole grant. */
const FACTS_A_GRANT = 25;
const ELSEWHERE: Forgotten = { kind: 'elsewhere' };

type Walk = (
  transaction: Transaction<Database>,
  limits: Limits,
  reach: Reach,
  limit: number,
) => Promise<{ readonly count: number } & Bite<unknown>>;

const WALKS: Record<keyof Reach, Walk> = {
  events: forgetEvents,
  credentials: forgetCredentials,
  exchanges: forgetExchanges,
};

/**
 * Forgets one batch: facts of each kind in the order in which they became history, each walked once, and then the
 * grants of which something was kept. It runs in transactions of its own, none of which takes long.
 *
 * @param limit the most facts of each kind to walk
 */
export async function forgetSome(options: ForgettingOptions, retention: Retention, limit: number): Promise<Forgotten> {
  const { database, holder } = options;
  const limits = await limitsOf(options, retention);
  /** Undefined where another instance has taken over. */
  const asHolder = async <Result>(work: (transaction: Transaction<Database>, reach: Reach) => Promise<Result>) => {
    const result = await database.transact(async (transaction) => {
      const reach = await takeReach(database, transaction, holder);
      return reach && work(transaction, reach);
    });
    await nextTurn();
    return result;
  };
  let count = 0;
  let isMore = false;
  for (const [kind, take] of Object.entries(WALKS) as [keyof Reach, Walk][]) {
    const taken = await asHolder(async (transaction, reach) => {
      const bite = await take(transaction, limits, reach, limit);
      await noteReach(transaction, kind, bite.walkedTo);
      return bite;
    });
    if (taken === undefined) return ELSEWHERE;
    count += taken.count;
    isMore ||= taken.isMore;
  }
  const unread = await asHolder((transaction) => forgetUnread(transaction, limits, limit));
  if (unread === undefined) return ELSEWHERE;
  count += unread;
  isMore ||= unread >= limit;
  const most = Math.ceil(limit / FACTS_A_GRANT);
  const grantIds = await database.transact((transaction) => grantsToSee(transaction, limits, most));
  for (const grantId of grantIds) {
    const forgotten = await asHolder((transaction, reach) =>
      forgetWithin(database, transaction, limits, reach, grantId),
    );
    if (forgotten === undefined) return ELSEWHERE;
    count += forgotten;
  }
  return { kind: 'forgotten', count, isMore: isMore || grantIds.length >= most };
}

/** A fact is old only if it is by both clocks. */
async function limitsOf(
  { database, clock }: ForgettingOptions,
  { factsMs, tokensMs, lostMs, irreparable }: Retention,
): Promise<Limits> {
  const databaseNow = await database.transact((transaction) => database.readTime(transaction));
  const now = Math.min(clock.now(), databaseNow);
  const times = { now, facts: now - factsMs, tokens: now - tokensMs, lost: now - lostMs };
  return { ...times, factsMs, tokensMs, lostMs, irreparable };
}
