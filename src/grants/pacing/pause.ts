import { backoffMs } from '../rules/backoff.ts';
import type { Random } from '../clock.ts';

/**
 * What a provider's 429 answers say about the provider itself; one per realm, shared by all instances. Times are epoch
 * milliseconds by the database's clock, 0 for never.
 *
 * Does a 429 apply to the whole provider or to one user? **It applies to the provider after three in a row, each for a
 * different grant than the one before, with no other answer in between.** After the first, exchanges go through one at
 * a time until that is known. If the next answer is not a 429, the first one concerned its grant alone, and nobody else
 * has waited longer than one call. A pause lasts as long as the shortest of the three requested delays, so that one
 * user's hour does not become everybody's. After a pause, a 429 to the one exchange that probes the provider is enough
 * to start the next.
 */
export interface Pause {
  /** Consecutive 429 answers, each for a different grant than the one before. */
  readonly strikes: number;
  /** The grant that received the last of them. */
  readonly struckGrantId: string;
  /** The earliest end that any of them asked for. */
  readonly askedUntil: number;
  /** Start of the pause. `until` is its end. */
  readonly since: number;
  readonly until: number;
  /** Consecutive pauses, each started before recovery from the previous one was complete. */
  readonly count: number;
  /** The deadline of the current probe. */
  readonly probeUntil: number;
  /** When the provider was seen to answer again. */
  readonly resumedAt: number;
}

/** A pause, and the database's time when it was read, in epoch milliseconds. */
export interface PauseReading {
  readonly pause: Pause | undefined;
  readonly now: number;
}

/** Stores pauses. Methods reject with the store's error. */
export interface PauseStore {
  read(realm: string): Promise<PauseReading>;
  /**
   * Replaces a realm's pause with the result of `next` (undefined for none), in one transaction that touches only that
   * row. `next` may be called more than once; the last call counts.
   */
  change(realm: string, next: (pause: Pause | undefined, now: number) => Pause | undefined): Promise<PauseReading>;
}

/** How a provider may be asked at a given moment. */
export type Standing =
  | { readonly kind: 'open' }
  /** By nobody, for `forMs` milliseconds. */
  | { readonly kind: 'paused'; readonly forMs: number }
  /** By one caller at a time; `isTaken` while there is one. */
  | { readonly kind: 'probing'; readonly isTaken: boolean }
  /** By a share of the usual number of callers, from 0 to 1. */
  | { readonly kind: 'resuming'; readonly share: number };

/** After this many consecutive refusals of different grants, the limit is the provider's own. */
const STRIKES = 3;
/** How long it takes after a pause until all callers may ask again, in milliseconds. */
const RESUMING_MS = 60_000;
/** How long a probe may take before another caller may try, in milliseconds. */
const PROBE_MS = 10_000;

const NONE: Pause = {
  strikes: 0,
  struckGrantId: '',
  askedUntil: 0,
  since: 0,
  until: 0,
  count: 0,
  probeUntil: 0,
  resumedAt: 0,
};

/**
 * How the provider may be asked now. Times in the future were written by a clock that has since been set back, and
 * count as over.
 *
 * @param now the database's time, in epoch milliseconds
 */
export function standing(pause: Pause | undefined, now: number): Standing {
  if (pause === undefined) return { kind: 'open' };
  if (pause.since <= now && now < pause.until) return { kind: 'paused', forMs: pause.until - now };
  if (pause.strikes > 0) {
    const probeMs = pause.probeUntil - now;
    return { kind: 'probing', isTaken: probeMs > 0 && probeMs <= PROBE_MS };
  }
  const share = (now - pause.resumedAt) / RESUMING_MS;
  return share >= 0 && share < 1 ? { kind: 'resuming', share } : { kind: 'open' };
}

/** A 429, and the delay in milliseconds that it asked for, if any. */
export interface Refusal {
  readonly grantId: string;
  readonly retryAfterMs: number | undefined;
}

/**
 * The pause after a 429.
 *
 * @param now the database's time, in epoch milliseconds
 */
export function afterRefusal(before: Pause | undefined, refusal: Refusal, now: number, random: Random): Pause {
  const isOver = before === undefined || (before.strikes === 0 && standing(before, now).kind === 'open');
  const pause = isOver ? NONE : before;
  // Every call in flight when the pause started is refused as well, which says nothing new.
  if (standing(pause, now).kind === 'paused') return pause;
  const { grantId, retryAfterMs } = refusal;
  const asked = now + (retryAfterMs ?? 0);
  const isSame = pause.strikes > 0 && grantId === pause.struckGrantId;
  const strikes = isSame ? pause.strikes : pause.strikes + 1;
  const askedUntil = pause.strikes === 0 ? asked : Math.min(pause.askedUntil, asked);
  const struck = { ...pause, strikes, struckGrantId: grantId, askedUntil, probeUntil: 0 };
  const isGoingOn = pause.strikes > 0 && pause.until > 0;
  if (strikes < STRIKES && !isGoingOn) return struck;
  const count = pause.count + 1;
  const waitMs = backoffMs(count, (isGoingOn ? asked : askedUntil) - now, random);
  return { ...struck, count, since: now, until: now + waitMs };
}

/**
 * The pause after the probe got an answer other than a 429; undefined if nothing is left of it.
 *
 * @param now the database's time, in epoch milliseconds
 */
export function afterAnswer(pause: Pause | undefined, now: number): Pause | undefined {
  if (pause === undefined || standing(pause, now).kind === 'paused') return pause;
  if (pause.count === 0) return undefined;
  const resumedAt = pause.until > 0 ? now : pause.resumedAt;
  return { ...pause, strikes: 0, until: 0, probeUntil: 0, resumedAt };
}

/**
 * The pause with a probe started; the same object if a probe is already running or not needed.
 *
 * @param now the database's time, in epoch milliseconds
 */
export function afterClaim(pause: Pause | undefined, now: number): Pause | undefined {
  if (pause === undefined) return undefined;
  const how = standing(pause, now);
  return how.kind === 'probing' && !how.isTaken ? { ...pause, probeUntil: now + PROBE_MS } : pause;
}

/** The pause after a probe that led to nothing: the next caller may probe. */
export function afterNothing(pause: Pause | undefined): Pause | undefined {
  return pause && { ...pause, probeUntil: 0 };
}
