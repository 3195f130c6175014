import { setTimeout as delay } from 'node:timers/promises';
import type { GrantEvent } from '../../grants/events.ts';
import type { EventFilter, EventLog } from '../../stores/event-log.ts';

/** Where to start following, and when to stop. */
export interface Following extends EventFilter {
  /** How many past events to yield first. */
  readonly limit: number;
  /** Start after this event id instead. */
  readonly after?: number | undefined;
  readonly signal: AbortSignal;
}

const EVERY_MS = 1_000;
const PAGE = 1_000;
/** Ids are assigned before events are committed, so an event may appear after up to this many with greater ids. */
const OVERLAP = 200;

/** Yields events as they arrive, oldest first, each once, until `signal` is aborted. */
export async function* followEvents(log: EventLog, { limit, after, signal, ...filter }: Following) {
  const seen = new Set<number>();
  let floor = after ?? 0;
  if (after === undefined) {
    const recent = (await log.list({ ...filter, limit })).reverse();
    floor = (recent[0]?.id ?? 1) - 1;
    yield* unseen(recent, seen);
  }
  let high = floor;
  while (!signal.aborted) {
    const newest = await log.newestId();
    let from = Math.max(floor, high - OVERLAP);
    for (let isFull = true; isFull;) {
      const page = await log.list({ ...filter, limit: PAGE, after: from });
      yield* unseen(page, seen);
      from = page.at(-1)?.id ?? from;
      isFull = page.length === PAGE;
    }
    high = Math.max(high, newest);
    for (const id of seen) if (id <= high - OVERLAP) seen.delete(id);
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

function* unseen(events: readonly GrantEvent[], seen: Set<number>): Generator<GrantEvent> {
  for (const event of events) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    yield event;
  }
}
