import { backoffMs } from '../rules/backoff.ts';
import type { Random } from '../clock.ts';

/**
 * What a provider's 429 answers say of the provider itself; one a realm, shared by all instances. Times in epoch
 * milliseconds by the database's clock; 0 for never.
 *
 * Whose is a 429: the provider's, or one user's? **It is the provider's once three were answered in a row, each to another
 * grant than the one before, and nothing else in between.** After the first, one exchange at a time goes through until
 * that is known: where it is answered otherwise, the 429 was its grant's own, and nobody else has waited for longer than
 * one call. A pause lasts as long as the most modest of the three asked for, so that one user's hour is not everybody's.
 * Once there was a pause, the 429 of the one exchange that tries its end is enough to begin the next.
 */
export interface Pause {
  /** 429 answers in a row, each to another grant than the one before. */
  readonly strikes: number;
  /** The grant that was answered the last of them. */
  readonly struckGrantId: string;
  /** The earliest end that one of them asked for. */
  readonly askedUntil: number;
  /** When the provider asked to be left alone, and when it may be asked again. */
  readonly since: number;
  readonly until: number;
  /** Pauses in a row, each begun before the one before was got over. */
  readonly count: number;
  /** How long whoever tries whether the provider answers again has for it. */
  readonly probeUntil: number;
  /** When the provider was found to answer again. */
  readonly resumedAt: number;
}

/** A pause as it was read, and the database's time then. */
export interface PauseReading {
  readonly pause: Pause | undefined;
  readonly now: number;
}

/** Where pauses are kept. */
export interface PauseStore {
  read(realm: string): Promise<PauseReading>;
  /**
   * Puts in the place of a realm's pause what `next` makes of it, in one transaction that touches that row alone;
   * undefined for none. `next` may be called more than once, and the last call counts.
   */
  change(realm: string, next: (pause: Pause | undefined, now: number) => Pause | undefined): Promise<PauseReading>;
}

/** How a provider may be asked at a moment. */
export type Standing =
  | { readonly kind: 'open' }
  /** By nobody, for so many milliseconds. */
  | { readonly kind: 'paused'; readonly forMs: number }
  /** By one at a time; `isTaken` while there is one. */
  | { readonly kind: 'probing'; readonly isTaken: boolean }
  /** By a share of those who otherwise may, from 0 to 1. */
  | { readonly kind: 'resuming'; readonly share: number };

/** So many refusals of different grants in a row are the provider's own. */
const STRIKES = 3;
/** How long after a pause it takes until everybody may ask again, in milliseconds. */
const RESUMING_MS = 60_000;
/** How long whoever tries whether the provider answers again has for it, in milliseconds; then another may. */
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
 * What is dated ahead of now was written by a clock that has been set back since, and counts as over.
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

/** A 429, and after how many milliseconds it asked to come again, if it did. */
export interface Refusal {
  readonly grantId: string;
  readonly retryAfterMs: number | undefined;
}

/** What a 429 makes of a pause. */
export function afterRefusal(before: Pause | undefined, refusal: Refusal, now: number, random: Random): Pause {
  const isOver = before === undefined || (before.strikes === 0 && standing(before, now).kind === 'open');
  const pause = isOver ? NONE : before;
  // Of those that were under way when the pause began, all are refused; they say nothing new.
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

/** What it makes of a pause that the one who tried was answered otherwise; undefined where nothing is left of it. */
export function afterAnswer(pause: Pause | undefined, now: number): Pause | undefined {
  if (pause === undefined || standing(pause, now).kind === 'paused') return pause;
  if (pause.count === 0) return undefined;
  const resumedAt = pause.until > 0 ? now : pause.resumedAt;
  return { ...pause, strikes: 0, until: 0, probeUntil: 0, resumedAt };
}

/** Lets somebody try whether the provider answers again; the same pause where somebody does already. */
export function afterClaim(pause: Pause | undefined, now: number): Pause | undefined {
  if (pause === undefined) return undefined;
  const how = standing(pause, now);
  return how.kind === 'probing' && !how.isTaken ? { ...pause, probeUntil: now + PROBE_MS } : pause;
}

/** Lets the next one try, where whoever had the turn made nothing of it. */
export function afterNothing(pause: Pause | undefined): Pause | undefined {
  return pause && { ...pause, probeUntil: 0 };
}
